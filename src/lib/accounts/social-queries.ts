import type { Database } from "#lib/services/database.ts";
import type { SocialProviderId } from "#lib/services/social-providers.ts";
import type { Device } from "./device-words.ts";
import type { User } from "./queries.ts";

/** An account elsewhere that opens an account here. */
export interface Identity {
  provider: SocialProviderId;
  /** As the provider proved it when the two were linked. */
  email: string | null;
  createdAt: Date;
  lastUsedAt: Date;
}

interface Change {
  userId: string;
  provider: SocialProviderId;
  /** The provider's name, for the notice. */
  providerName: string;
  device: Device;
  /** Makes the notice's key, so that it is sent once. */
  noticeId: string;
}

interface NewIdentity {
  provider: SocialProviderId;
  subject: string;
  email: string | null;
}

/** What stands for a password where there is none: no hash has this form, so nothing opens it. */
export const NO_PASSWORD = "none";

/** The account that an identity opens, with the use noted; null when no account has it. */
export async function useIdentity(
  database: Database,
  { provider, subject }: { provider: SocialProviderId; subject: string },
): Promise<(User & { isLocked: boolean; hasSecondFactor: boolean }) | null> {
  const [user] = await database.write<(User & { isLocked: boolean; hasSecondFactor: boolean })[]>`
    WITH used AS (
      UPDATE identities
      SET last_used_at = now()
      WHERE provider = ${provider} AND subject = ${subject}
      RETURNING user_id
    )
    SELECT id, email, name, role, locked_at IS NOT NULL AS is_locked, EXISTS (
        SELECT
        FROM totp_factors
        WHERE user_id = users.id AND confirmed_at IS NOT NULL
      ) AS has_second_factor
    FROM used
    JOIN users ON users.id = used.user_id`;
  return user ?? null;
}

/** The identities of an account. */
export async function listIdentities(database: Database, userId: string): Promise<Identity[]> {
  return database.read<Identity[]>`
    SELECT provider, email, created_at, last_used_at
    FROM identities
    WHERE user_id = ${userId}::uuid
    ORDER BY provider`;
}

/** Whether the account has a password of its own. */
export async function hasPassword(database: Database, userId: string): Promise<boolean> {
  const rows = await database.read<{ id: string }[]>`
    SELECT id
    FROM users
    WHERE id = ${userId}::uuid AND password_hash <> ${NO_PASSWORD}`;
  return rows.length > 0;
}

/**
 * Adds an identity to an account, with the event and the notice, in one statement. Throws what
 * PostgreSQL says when it belongs to an account already, or this one has another of the provider.
 */
export async function insertIdentity(
  database: Database,
  { userId, provider, subject, email, device, noticeId, providerName }: Change & NewIdentity,
): Promise<void> {
  await database.write`
    WITH linked AS (
      INSERT INTO identities (provider, subject, user_id, email)
      VALUES (${provider}, ${subject}, ${userId}::uuid, ${email})
      RETURNING user_id
    ), noted AS (
      INSERT INTO security_events (user_id, kind, device, place)
      SELECT user_id, 'identity-linked', ${device.name}, ${device.place}
      FROM linked
    )
    INSERT INTO outbox (dedupe_key, template, recipient, parameters)
    SELECT 'identity:' || ${noticeId}, 'identity-linked', users.email,
           jsonb_build_object('name', name, 'device', ${device.name}::text,
                              'provider', ${providerName}::text)
    FROM linked
    JOIN users ON users.id = linked.user_id`;
}

/**
 * Makes an account that has an identity and no password, with the event and the welcome, in one
 * statement. Null when the address has an account; throws as `insertIdentity` does.
 */
export async function insertSocialUser(
  database: Database,
  person: NewIdentity & { email: string; name: string; device: Device },
): Promise<User | null> {
  const { provider, subject, email, name, device } = person;
  const [user] = await database.write<User[]>`
    WITH created AS (
      INSERT INTO users (email, name, password_hash)
      VALUES (${email}, ${name}, ${NO_PASSWORD})
      ON CONFLICT (email) DO NOTHING
      RETURNING id, email, name, role
    ), linked AS (
      INSERT INTO identities (provider, subject, user_id, email)
      SELECT ${provider}, ${subject}, id, email
      FROM created
    ), noted AS (
      INSERT INTO security_events (user_id, kind, device, place)
      SELECT id, 'identity-linked', ${device.name}, ${device.place}
      FROM created
    ), welcomed AS (
      INSERT INTO outbox (dedupe_key, template, recipient, parameters)
      SELECT 'welcome:' || id, 'welcome', email, jsonb_build_object('name', name)
      FROM created
    )
    SELECT id, email, name, role FROM created`;
  return user ?? null;
}

/**
 * Takes an identity off an account that has a password, with the event and the notice, in one
 * statement. Gives false when there is none, or it would be the last way in.
 */
export async function deleteIdentity(
  database: Database,
  { userId, provider, device, noticeId, providerName }: Change,
): Promise<boolean> {
  const rows = await database.write<{ userId: string }[]>`
    WITH removed AS (
      DELETE FROM identities
      USING users
      WHERE identities.user_id = ${userId}::uuid AND provider = ${provider}
        AND users.id = identities.user_id AND users.password_hash <> ${NO_PASSWORD}
      RETURNING users.id, users.email, users.name
    ), noted AS (
      INSERT INTO security_events (user_id, kind, device, place)
      SELECT id, 'identity-removed', ${device.name}, ${device.place}
      FROM removed
    ), told AS (
      INSERT INTO outbox (dedupe_key, template, recipient, parameters)
      SELECT 'identity:' || ${noticeId}, 'identity-removed', email,
             jsonb_build_object('name', name, 'device', ${device.name}::text,
                                'provider', ${providerName}::text)
      FROM removed
    )
    SELECT id AS user_id FROM removed`;
  return rows.length > 0;
}
