import { z } from "zod";
import { PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH } from "#lib/accounts/passwords.ts";

// Neither PostgreSQL nor a mail header takes them, and no name or address has them.
const FORBIDDEN = /[\0-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]/;

/**
 * A form of exactly these fields: one that it does not have is refused by name (ASVS V2.2.1, V15.3.5). Of a field that comes
 * twice, and is no list, the first counts.
 */
export function form<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: ({ code, keys }) =>
      code === "unrecognized_keys"
        ? `This form has no field ${keys.join(", ").slice(0, 100)}. Please load the page again.`
        : undefined,
  });
}

/** One line of text: trimmed, 1 to `max` characters, no control characters; `missing` is said when it is empty. */
export function line(missing: string, max: number) {
  return z
    .string(missing)
    .trim()
    .min(1, missing)
    .max(max, `Please use at most ${max} characters.`)
    .refine(isStorable, "This holds characters that can't be used here.")
    .refine((text) => !/[\r\n]/.test(text), "Please keep this on one line.");
}

/** Several lines of text, 1 to `max` characters. */
export function paragraph(missing: string, max: number) {
  return z
    .string(missing)
    .trim()
    .min(1, missing)
    .max(max, `Please use at most ${max} characters.`)
    .refine(isStorable, "This holds characters that can't be used here.");
}

/** An e-mail address in lower case. */
export function emailAddress() {
  const wrong = "Please enter an e-mail address, like name@example.com.";
  return z
    .string("Please enter your e-mail address.")
    .trim()
    .toLowerCase()
    .max(254, wrong)
    .pipe(z.email(wrong));
}

/** A password being chosen (ASVS V6.2.1): any characters, never trimmed or cut. */
export function newPassword() {
  return z
    .string("Please choose a password.")
    .min(PASSWORD_MIN_LENGTH, `Please use at least ${PASSWORD_MIN_LENGTH} characters.`)
    .max(PASSWORD_MAX_LENGTH, `Please use at most ${PASSWORD_MAX_LENGTH} characters.`);
}

/** A password being checked: whatever was typed, within what can be hashed. */
export function givenPassword() {
  return z
    .string("Please enter your password.")
    .min(1, "Please enter your password.")
    .max(PASSWORD_MAX_LENGTH, "That is longer than any password here.");
}

/**
 * The password that a signed-in person has, asked for before a change. It may be missing here: the
 * answer to that is the same as to a wrong one (ASVS V7.5.1).
 */
export function currentPassword() {
  return z.string().max(PASSWORD_MAX_LENGTH, "That is longer than any password here.").nullish();
}

function isStorable(text: string): boolean {
  return text.isWellFormed() && !FORBIDDEN.test(text);
}
