import type { Database } from "#lib/services/database.ts";

/**
 * Writes down that staff is about to look at an account: who, whom, why and when in the audit log,
 * and on the account's own security page, in one statement. Gives false for an account of staff, one
 * that is erased, and one that is not there.
 */
export async function insertLook(
  database: Database,
  look: { personId: string; actorId: string; reason: string; device: string; now: Date },
): Promise<boolean> {
  const { personId, actorId, reason, device, now } = look;
  const rows = await database.write<{ id: string }[]>`
    WITH person AS (
      SELECT id
      FROM users
      WHERE id = ${personId}::uuid AND role = 'learner' AND erased_at IS NULL
    ), audited AS (
      INSERT INTO audit_log (actor_id, action, subject_type, subject_id, reason, happened_at)
      SELECT ${actorId}::uuid, 'person.look', 'person', id::text, ${reason}::text,
             ${now}::timestamptz
      FROM person
    ), noted AS (
      INSERT INTO security_events (user_id, kind, device)
      SELECT id, 'looked-at', ${device}
      FROM person
    )
    SELECT id FROM person`;
  return rows.length > 0;
}
