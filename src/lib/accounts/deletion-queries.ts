import type { Database } from "#lib/services/database.ts";
import type { Device } from "./device-words.ts";

/** Something under way for which an account is still needed. */
export interface OpenMatter {
  kind: "payment" | "refund" | "dispute" | "review";
  orderNumber: string;
}

interface DeletionWish {
  userId: string;
  device: Device;
  /** Makes the notice's key, so that it is sent once. */
  noticeId: string;
}

/**
 * Notes that an account is to be erased when its time is over, with the event and the notice, in one
 * statement. Gives false when it was asked for before, or for an account of staff.
 */
export async function updateDeletionAsked(
  database: Database,
  wish: DeletionWish & { now: Date; dueAt: Date },
): Promise<boolean> {
  const { userId, now, dueAt, device, noticeId } = wish;
  const rows = await database.write<{ id: string }[]>`
    WITH asked AS (
      UPDATE users
      SET deletion_asked_at = ${now}::timestamptz, deletion_due_at = ${dueAt}::timestamptz,
          updated_at = now()
      WHERE id = ${userId}::uuid AND role = 'learner' AND deletion_due_at IS NULL
      RETURNING id, email, name
    ), noted AS (
      INSERT INTO security_events (user_id, kind, device, place)
      SELECT id, 'deletion-asked', ${device.name}, ${device.place}
      FROM asked
    ), told AS (
      INSERT INTO outbox (dedupe_key, template, recipient, parameters)
      SELECT 'deletion-asked:' || ${noticeId}, 'deletion-asked', email,
             jsonb_build_object('name', name, 'device', ${device.name}::text,
                                'dueAt', ${dueAt.toISOString()}::text)
      FROM asked
    )
    SELECT id FROM asked`;
  return rows.length > 0;
}

/**
 * Takes a deletion back, with the event and the notice, in one statement. Gives false when there is
 * none, or the account is erased already.
 */
export async function updateDeletionTakenBack(
  database: Database,
  { userId, device, noticeId }: DeletionWish,
): Promise<boolean> {
  const rows = await database.write<{ id: string }[]>`
    WITH kept AS (
      UPDATE users
      SET deletion_asked_at = NULL, deletion_due_at = NULL, updated_at = now()
      WHERE id = ${userId}::uuid AND deletion_due_at IS NOT NULL AND erased_at IS NULL
      RETURNING id, email, name
    ), noted AS (
      INSERT INTO security_events (user_id, kind, device, place)
      SELECT id, 'deletion-taken-back', ${device.name}, ${device.place}
      FROM kept
    ), told AS (
      INSERT INTO outbox (dedupe_key, template, recipient, parameters)
      SELECT 'deletion-taken-back:' || ${noticeId}, 'deletion-taken-back', email,
             jsonb_build_object('name', name, 'device', ${device.name}::text)
      FROM kept
    )
    SELECT id FROM kept`;
  return rows.length > 0;
}

/** What an account is still needed for, oldest order first. */
export async function listOpenMatters(database: Database, userId: string): Promise<OpenMatter[]> {
  return database.read<OpenMatter[]>`
    SELECT kind, order_number
    FROM open_matters
    WHERE user_id = ${userId}::uuid
    ORDER BY order_number, kind`;
}

/**
 * Makes an account due to be erased, with its line in the audit log, in one statement. Gives false
 * for an account of staff, or one that is erased.
 */
export async function updateErasureOrdered(
  database: Database,
  order: { personId: string; actorId: string; reason: string; now: Date },
): Promise<boolean> {
  const { personId, actorId, reason, now } = order;
  const rows = await database.write<{ id: string }[]>`
    WITH ordered AS (
      UPDATE users
      SET deletion_asked_at = LEAST(${now}::timestamptz, now()),
          deletion_due_at = LEAST(${now}::timestamptz, now()), updated_at = now()
      WHERE id = ${personId}::uuid AND role = 'learner' AND erased_at IS NULL
      RETURNING id
    ), audited AS (
      INSERT INTO audit_log (actor_id, action, subject_type, subject_id, reason, happened_at)
      SELECT ${actorId}::uuid, 'person.erase', 'person', id::text, ${reason}::text,
             ${now}::timestamptz
      FROM ordered
    )
    SELECT id FROM ordered`;
  return rows.length > 0;
}
