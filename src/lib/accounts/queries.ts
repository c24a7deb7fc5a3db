import type { Database } from "#lib/services/database.ts";
import type { Device } from "./device-words.ts";

/** What an account may do: learn, read what staff reads (support), or do what staff does. */
export type Role = "learner" | "support" | "admin";

export interface User {
  id: string;
  email: string;
  name: string;
  role: Role;
}

export interface UserWithPassword extends User {
  passwordHash: string;
  passwordChangedAt: Date;
  hasSecondFactor: boolean;
  /** Staff has locked the account. */
  isLocked: boolean;
}

/** The account with this address, and the hash to check its password against, or null. */
export async function findUserByEmail(
  database: Database,
  email: string,
): Promise<UserWithPassword | null> {
  const [user] = await database.read<UserWithPassword[]>`
    SELECT id, email, name, role, password_hash, password_changed_at, EXISTS (
        SELECT
        FROM totp_factors
        WHERE user_id = users.id AND confirmed_at IS NOT NULL
      ) AS has_second_factor, locked_at IS NOT NULL AS is_locked
    FROM users
    WHERE email = ${email}`;
  return user ?? null;
}

/** Replaces a password hash, unless it was changed since `former` was read. */
export async function updatePasswordHash(
  database: Database,
  change: { userId: string; former: string; hash: string },
): Promise<void> {
  await database.write`
    UPDATE users
    SET password_hash = ${change.hash}, updated_at = now()
    WHERE id = ${change.userId} AND password_hash = ${change.former}`;
}

/**
 * Makes a person, or gives them the role if the address is known; an existing password stays.
 * Gives the account's id, and whether it is new.
 */
export async function upsertUser(
  database: Database,
  user: { email: string; name: string; passwordHash: string; role: Role },
): Promise<{ id: string; isNew: boolean }> {
  const [row] = await database.write<{ id: string; isNew: boolean }[]>`
    INSERT INTO users (email, name, password_hash, role)
    VALUES (${user.email}, ${user.name}, ${user.passwordHash}, ${user.role})
    ON CONFLICT (email) DO UPDATE
    SET role = EXCLUDED.role, updated_at = now()
    RETURNING id, (xmax = 0) AS is_new`;
  if (!row) throw new Error("The account was neither made nor changed.");
  return row;
}

/** Changes what a person is called. */
export async function updateName(
  database: Database,
  { userId, name }: { userId: string; name: string },
): Promise<void> {
  await database.write`
    UPDATE users
    SET name = ${name}, updated_at = now()
    WHERE id = ${userId} AND name <> ${name}`;
}

/** Changes a person's role. Gives the account's id, or null when the address has none. */
export async function updateRole(
  database: Database,
  { email, role }: { email: string; role: Role },
): Promise<string | null> {
  const [user] = await database.write<{ id: string }[]>`
    UPDATE users
    SET role = ${role}, updated_at = now()
    WHERE email = ${email}
    RETURNING id`;
  return user?.id ?? null;
}

export interface Registration {
  id: string;
  email: string;
  name: string;
  passwordHash: string;
  nonce: string;
  attempts: number;
  createdAt: Date;
}

/**
 * Writes a registration and the mail that answers it, in one statement. An address that already has an account
 * gets another mail and no registration; the caller can't tell, and neither can the visitor.
 */
export async function insertRegistration(
  database: Database,
  registration: {
    id: string;
    email: string;
    name: string;
    passwordHash: string;
    nonce: string;
    wantsNews: boolean;
  },
): Promise<void> {
  await database.write`
    WITH known AS (
      SELECT 1 FROM users WHERE email = ${registration.email}
    ), registered AS (
      INSERT INTO registrations (id, email, name, password_hash, nonce, wants_news)
      SELECT ${registration.id}::uuid, ${registration.email}, ${registration.name},
             ${registration.passwordHash}, ${registration.nonce}, ${registration.wantsNews}::boolean
      WHERE NOT EXISTS (SELECT 1 FROM known)
    )
    INSERT INTO outbox (dedupe_key, template, recipient, parameters)
    SELECT 'registration:' || ${registration.id},
           CASE WHEN EXISTS (SELECT 1 FROM known) THEN 'already-registered' ELSE 'confirm-sign-up' END,
           ${registration.email},
           jsonb_build_object('registrationId', ${registration.id}::text)`;
}

/** A registration that still waits for its proof, or null. */
export async function findRegistration(
  database: Database,
  id: string,
): Promise<Registration | null> {
  const [registration] = await database.read<Registration[]>`
    SELECT id, email, name, password_hash, nonce, attempts, created_at
    FROM registrations
    WHERE id = ${id}::uuid AND completed_at IS NULL`;
  return registration ?? null;
}

/**
 * Counts an attempt before the code is compared, and gives the registration as it was before; null when it is
 * not open. Counting first means that parallel guesses can't outrun the limit.
 */
export async function countRegistrationAttempt(
  database: Database,
  id: string,
): Promise<Registration | null> {
  const [registration] = await database.write<Registration[]>`
    UPDATE registrations
    SET attempts = attempts + 1
    WHERE id = ${id}::uuid AND completed_at IS NULL
    RETURNING id, email, name, password_hash, nonce, attempts - 1 AS attempts, created_at`;
  return registration ?? null;
}

/**
 * Turns a proved registration into an account, once, and writes the event and the welcome mail. Null when it was
 * used before or the address got an account meanwhile.
 */
export async function completeRegistration(
  database: Database,
  id: string,
  device: Device,
): Promise<User | null> {
  const [user] = await database.write<User[]>`
    WITH completed AS (
      UPDATE registrations
      SET completed_at = now()
      WHERE id = ${id}::uuid AND completed_at IS NULL
      RETURNING email, name, password_hash, wants_news
    ), created AS (
      INSERT INTO users (email, name, password_hash, news_wanted_at)
      SELECT email, name, password_hash, CASE WHEN wants_news THEN now() END FROM completed
      ON CONFLICT (email) DO NOTHING
      RETURNING id, email, name, role
    ), noted AS (
      INSERT INTO security_events (user_id, kind, device, place)
      SELECT id, 'sign-in', ${device.name}, ${device.place} FROM created
    ), welcomed AS (
      INSERT INTO outbox (dedupe_key, template, recipient, parameters)
      SELECT 'welcome:' || id, 'welcome', email, jsonb_build_object('name', name) FROM created
    )
    SELECT id, email, name, role FROM created`;
  return user ?? null;
}
