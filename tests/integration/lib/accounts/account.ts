import { randomUUID } from "node:crypto";
import { vi } from "vitest";
import { hashPassword } from "#lib/accounts/passwords.ts";
import {
  findRegistration,
  findUserByEmail,
  upsertUser,
  type User,
  type UserWithPassword,
} from "#lib/accounts/queries.ts";
import { registrationCode } from "#lib/accounts/registration.ts";
import { createSession, readSession } from "#lib/accounts/sessions.ts";
import { confirmByCode, signUp } from "#lib/accounts/sign-up.ts";
import { enforceLimits } from "#lib/rate-limits.ts";
import type { TestShop } from "../../../support/shop.ts";

export const PASSWORD = "four words of it";
export const NEW_PASSWORD = "another five words of it";
export const DEVICE = { name: "Firefox on Windows", place: "Bergen, Norway" };

// The same for all: hashing is what takes the time.
let hash: string | undefined;

/** Makes an account with `PASSWORD`. */
export async function makeAccount(
  { services }: TestShop,
  email = `${randomUUID()}@example.com`,
): Promise<UserWithPassword> {
  hash ??= await hashPassword(PASSWORD);
  const passwordHash = hash;
  await upsertUser(services.database, { email, name: "Kim Buyer", passwordHash, role: "learner" });
  return readAccount({ services }, email);
}

/** Waits until limits are answered in time: the first answer loads what runs scripts in the local Redis. */
export async function warmUp({ services }: TestShop): Promise<void> {
  const count = () => enforceLimits(services.redis, [["password-account", randomUUID()]]);
  await vi.waitFor(count, { timeout: 30_000 });
}

/** The account as it is in the database. */
export async function readAccount(
  { services }: Pick<TestShop, "services">,
  email: string,
): Promise<UserWithPassword> {
  const user = await findUserByEmail(services.database, email);
  if (!user) throw new Error(`There is no account ${email}.`);
  return user;
}

/** Signs the account in three times and gives the function that says how many are still open. */
export async function openSessions({ services }: TestShop, user: UserWithPassword) {
  const now = new Date();
  const ids: string[] = [];
  for (let index = 0; index < 3; index++)
    ids.push(await createSession(services.redis, user, now, DEVICE));
  const countOpen = async (): Promise<number> => {
    const open = await Promise.all(ids.map((id) => readSession(services.redis, id, now)));
    return open.filter((session) => session !== null).length;
  };
  return { ids, countOpen };
}

/** Signs up with `PASSWORD` on `DEVICE` and proves the address with the mail's code. */
export async function signUpByCode(
  { services }: TestShop,
  email = `${randomUUID()}@example.com`,
): Promise<User> {
  const registrationId = await signUp(services, { name: "Kim Buyer", email, password: PASSWORD });
  const registration = await findRegistration(services.database, registrationId);
  if (!registration) throw new Error(`${email} has an account already.`);
  const code = registrationCode(services.environment.JWT_SECRET, registration);
  return confirmByCode(services, { registrationId, code, device: DEVICE, now: new Date() });
}

/** The templates of the mails written to an address, oldest first. */
export async function mailsTo(shop: TestShop, email: string): Promise<string[]> {
  const rows = await shop.sql<{ template: string }>(
    "SELECT template FROM outbox WHERE recipient = $1 ORDER BY created_at, template",
    [email],
  );
  return rows.map(({ template }) => template);
}

/** What the account's owner is shown to have happened, oldest first. */
export async function eventsOf(shop: TestShop, userId: string): Promise<string[]> {
  const rows = await shop.sql<{ kind: string }>(
    "SELECT kind FROM security_events WHERE user_id = $1 ORDER BY id",
    [userId],
  );
  return rows.map(({ kind }) => kind);
}
