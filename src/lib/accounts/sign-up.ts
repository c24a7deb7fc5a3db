import { randomUUID } from "node:crypto";
import { AppError } from "#lib/errors.ts";
import type { Services } from "#lib/services/index.ts";
import { randomToken, signingSecrets } from "#lib/tokens.ts";
import type { Device } from "./device-words.ts";
import { assertGoodPassword } from "./password-rules.ts";
import { hashPassword, verifyPassword } from "./passwords.ts";
import {
  completeRegistration,
  countRegistrationAttempt,
  findRegistration,
  insertRegistration,
  type Registration,
  type User,
} from "./queries.ts";
import { isRightCode, isRightToken } from "./registration.ts";

/**
 * Begins a sign-up: writes it down and has a code and a link mailed. Gives the registration's id,
 * the same way whether or not the address has an account (ASVS V6.3.8). Throws FieldError for a
 * password that is too easily guessed.
 */
export async function signUp(
  services: Pick<Services, "database" | "breaches">,
  person: { name: string; email: string; password: string; wantsNews?: boolean },
): Promise<string> {
  await assertGoodPassword(services, person.password, person);
  const id = randomUUID();
  const passwordHash = await hashPassword(person.password);
  await insertRegistration(services.database, {
    id,
    email: person.email,
    name: person.name,
    passwordHash,
    nonce: randomToken(),
    wantsNews: person.wantsNews ?? false,
  });
  return id;
}

/** Proves the address with the mailed code. Throws AppError when the code is wrong or too old. */
export async function confirmByCode(
  services: Pick<Services, "database" | "environment">,
  confirmation: { registrationId: string; code: string; device: Device; now: Date },
): Promise<User> {
  const { registrationId, code, device, now } = confirmation;
  const registration = await countRegistrationAttempt(services.database, registrationId);
  if (!registration || !isRightCode(signingSecrets(services.environment), registration, code, now))
    throw new AppError(
      "invalid",
      "That code is not right or has run out. Check the newest mail, or sign up again.",
    );
  return complete(services, registration, device);
}

/**
 * Proves the address with the mailed link. In a browser that did not begin the sign-up the password is asked
 * for: otherwise whoever signed up with a stranger's address would share the account that the stranger's click opens.
 */
export async function confirmByLink(
  services: Pick<Services, "database" | "environment">,
  confirmation: {
    registrationId: string;
    token: string;
    /** null in the browser that began the sign-up. */
    password: string | null;
    device: Device;
    now: Date;
  },
): Promise<User> {
  const { registrationId, token, password, device, now } = confirmation;
  const registration = await findRegistration(services.database, registrationId);
  if (
    !registration ||
    !isRightToken(signingSecrets(services.environment), registration, token, now)
  )
    throw new AppError(
      "invalid",
      "This link was used before or has run out. Please sign up again.",
    );
  if (password !== null && !(await verifyPassword(password, registration.passwordHash)))
    throw new AppError("invalid", "That is not the password you chose when you signed up.");
  return complete(services, registration, device);
}

async function complete(
  services: Pick<Services, "database">,
  registration: Registration,
  device: Device,
): Promise<User> {
  const user = await completeRegistration(services.database, registration.id, device);
  if (!user) throw new AppError("conflict", "This address has an account already. Please sign in.");
  return user;
}
