import { FieldError } from "#lib/errors.ts";
import type { Services } from "#lib/services/index.ts";
import commonPasswords from "./common-passwords.json" with { type: "json" };

// The first 3,000 of the million most common passwords (SecLists, 10-million list) that are long
// enough for us, in lower case: what is refused even while nobody answers (ASVS V6.2.4).
const COMMON = new Set(commonPasswords);
const SHOP_WORDS = ["slipway", "password", "passwort", "course"];
const MIN_LETTERS_OF_ITS_OWN = 5;

interface Owner {
  email: string;
  name: string;
}

/**
 * Throws FieldError "password" for a password that others would guess: a common one, one made of the
 * shop's or its owner's names, one that was in a data breach (ASVS V6.2.4, V6.2.11, V6.2.12). When
 * nobody can say whether it was in a breach, the first two count alone.
 */
export async function assertGoodPassword(
  services: Pick<Services, "breaches">,
  password: string,
  owner: Owner,
): Promise<void> {
  if (COMMON.has(password.toLowerCase()))
    throw new FieldError(
      "password",
      "This is one of the passwords that are guessed first. A few words that don't belong together are better.",
    );
  if (isMadeOfNames(password, owner))
    throw new FieldError(
      "password",
      "This is made of a name that others know. A few words that don't belong together are better.",
    );
  if (await services.breaches.includes(password))
    throw new FieldError(
      "password",
      "This password was in a data breach at another site, so it is on the lists of those who guess. Please choose another.",
    );
}

/** Whether little is left without the shop's name, the owner's names, digits and signs. */
function isMadeOfNames(password: string, { email, name }: Owner): boolean {
  const [local = "", host = ""] = email.split("@");
  const words = [...SHOP_WORDS, local, ...split(local), ...split(host), ...split(name)]
    .map((word) => word.toLowerCase())
    .filter((word) => word.length >= 3)
    .sort((one, other) => other.length - one.length);
  let rest = password.toLowerCase();
  const hasNames = words.some((word) => rest.includes(word));
  for (const word of words) rest = rest.replaceAll(word, " ");
  return hasNames && (rest.match(/\p{L}/gu)?.length ?? 0) < MIN_LETTERS_OF_ITS_OWN;
}

function split(text: string): string[] {
  return text.split(/[^\p{L}\p{N}]+/u);
}
