import type { Database } from "#lib/services/database.ts";
import type { Device } from "./device-words.ts";

/** What a person is shown of what was done with their account. */
export type SecurityEventKind =
  | "sign-in"
  | "password-changed"
  | "password-reset"
  | "email-change-asked"
  | "email-changed"
  | "second-factor-on"
  | "second-factor-off"
  | "deletion-asked"
  | "deletion-taken-back"
  | "looked-at"
  | "identity-linked"
  | "identity-removed"
  | "passkey-added"
  | "passkey-removed"
  | "passkey-sign-in"
  | "session-ended"
  | "other-sessions-ended"
  | "all-sessions-ended";

export interface SecurityEvent {
  id: string;
  kind: SecurityEventKind;
  device: string | null;
  place: string | null;
  happenedAt: Date;
}

/** The most events that are shown at once. */
const EVENTS_SHOWN = 20;

/** Writes down what was done with an account. The shop can neither change nor delete it. */
export async function insertSecurityEvent(
  database: Database,
  event: { userId: string; kind: SecurityEventKind; device: Device },
): Promise<void> {
  await database.write`
    INSERT INTO security_events (user_id, kind, device, place)
    VALUES (${event.userId}, ${event.kind}, ${event.device.name}, ${event.device.place})`;
}

/** How somebody signed in. */
export type SignInKind = Extract<SecurityEventKind, "sign-in" | "passkey-sign-in">;

/**
 * Writes down a sign-in and, when nothing was done on the account with this browser and system in
 * this country for 90 days, the notice to its owner, in one statement. Gives whether there is a
 * notice. What staff did stands under a name that no browser has.
 */
export async function insertSignIn(
  database: Database,
  signIn: { userId: string; kind: SignInKind; device: Device; now: Date; noticeId: string },
): Promise<boolean> {
  const { userId, kind, device, now, noticeId } = signIn;
  const rows = await database.write<{ dedupeKey: string }[]>`
    WITH known AS (
      SELECT id
      FROM security_events
      WHERE user_id = ${userId}::uuid AND device = ${device.name}
        AND split_part(place, ', ', -1) IS NOT DISTINCT FROM
            split_part(${device.place}::text, ', ', -1)
        AND happened_at > now() - interval '90 days'
    ), noted AS (
      INSERT INTO security_events (user_id, kind, device, place)
      VALUES (${userId}::uuid, ${kind}, ${device.name}, ${device.place})
    )
    INSERT INTO outbox (dedupe_key, template, recipient, parameters)
    SELECT 'new-device:' || id || ':' || ${noticeId}, 'new-device', email,
           jsonb_build_object('name', name, 'device', ${device.name}::text,
                              'place', ${device.place ?? ""}::text,
                              'at', ${now.toISOString()}::text)
    FROM users
    WHERE id = ${userId}::uuid AND NOT EXISTS (SELECT FROM known)
    ON CONFLICT (dedupe_key) DO NOTHING
    RETURNING dedupe_key`;
  return rows.length > 0;
}

/** What was last done with an account, newest first. */
export async function listSecurityEvents(
  database: Database,
  userId: string,
): Promise<SecurityEvent[]> {
  return database.read<SecurityEvent[]>`
    SELECT id, kind, device, place, happened_at
    FROM security_events
    WHERE user_id = ${userId}
    ORDER BY id DESC
    LIMIT ${EVENTS_SHOWN}`;
}

/** When the password was last changed, and the hash to check it against; null without an account. */
export async function findPassword(
  database: Database,
  userId: string,
): Promise<{ passwordHash: string; passwordChangedAt: Date } | null> {
  const [row] = await database.read<{ passwordHash: string; passwordChangedAt: Date }[]>`
    SELECT password_hash, password_changed_at
    FROM users
    WHERE id = ${userId}`;
  return row ?? null;
}

/**
 * Changes a password, writes the event and the notice, in one statement. Gives false when it was
 * changed since `former` was read.
 */
export async function changePasswordHash(
  database: Database,
  change: { userId: string; former: string; hash: string; device: Device; noticeId: string },
): Promise<boolean> {
  const rows = await database.write<{ id: string }[]>`
    WITH changed AS (
      UPDATE users
      SET password_hash = ${change.hash}, password_changed_at = now(), updated_at = now()
      WHERE id = ${change.userId} AND password_hash = ${change.former}
      RETURNING id, email, name
    ), noted AS (
      INSERT INTO security_events (user_id, kind, device, place)
      SELECT id, 'password-changed', ${change.device.name}, ${change.device.place}
      FROM changed
    ), told AS (
      INSERT INTO outbox (dedupe_key, template, recipient, parameters)
      SELECT 'password-changed:' || ${change.noticeId}, 'password-changed', email,
             jsonb_build_object('name', name, 'device', ${change.device.name}::text)
      FROM changed
    )
    SELECT id FROM changed`;
  return rows.length > 0;
}
