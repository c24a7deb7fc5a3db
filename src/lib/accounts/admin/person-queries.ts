import type { Database } from "#lib/services/database.ts";
import type { Role } from "../queries.ts";

/** What an admin does to an account; the words are those of the audit log. */
export type PersonAct =
  "person.end-sessions" | "person.lock" | "person.unlock" | "person.remove-second-factor";

/** One line of a list of accounts. */
export interface PersonRow {
  id: string;
  name: string;
  email: string;
  role: Role;
  createdAt: Date;
  lockedAt: Date | null;
  /** When the account is to be erased, as its owner or staff asked for. */
  deletionDueAt: Date | null;
  erasedAt: Date | null;
}

/** An account as an admin sees it. */
export interface Person extends PersonRow {
  passwordChangedAt: Date;
  hasSecondFactor: boolean;
  orderCount: number;
  courseCount: number;
}

/**
 * The account with an address, or with "" the 25 newest that are not erased: found by whole
 * addresses only.
 */
export async function listPeople(database: Database, email: string): Promise<PersonRow[]> {
  return database.read<PersonRow[]>`
    SELECT id, name, email, role, created_at, locked_at, deletion_due_at, erased_at
    FROM users
    WHERE (${email} = '' AND erased_at IS NULL) OR email = ${email}
    ORDER BY created_at DESC
    LIMIT 25`;
}

/** One account, or null. */
export async function findPerson(database: Database, id: string): Promise<Person | null> {
  const [person] = await database.read<Person[]>`
    SELECT id, name, email, role, created_at, locked_at, deletion_due_at, erased_at,
      password_changed_at,
      EXISTS (
        SELECT
        FROM totp_factors
        WHERE user_id = users.id AND confirmed_at IS NOT NULL
      ) AS has_second_factor,
      (SELECT count(*)::integer FROM orders WHERE user_id = users.id) AS order_count,
      (SELECT count(*)::integer FROM entitlements WHERE user_id = users.id) AS course_count
    FROM users
    WHERE id = ${id}::uuid`;
  return person ?? null;
}

/**
 * Writes down what an admin did to an account, and locks or unlocks it, in one statement. Gives
 * false when there is no such account, or it is so already.
 */
export async function updatePersonByAct(
  database: Database,
  act: { personId: string; act: PersonAct; reason: string; actorId: string; now: Date },
): Promise<boolean> {
  const { personId, act: name, reason, actorId, now } = act;
  const rows = await database.write<{ id: string }[]>`
    WITH person AS (
      UPDATE users
      SET locked_at = CASE ${name}::text
            WHEN 'person.lock' THEN ${now}::timestamptz
            WHEN 'person.unlock' THEN NULL
            ELSE locked_at
          END
      WHERE id = ${personId}::uuid AND CASE ${name}::text
          WHEN 'person.lock' THEN locked_at IS NULL
          WHEN 'person.unlock' THEN locked_at IS NOT NULL
          ELSE true
        END
      RETURNING id
    ), audited AS (
      INSERT INTO audit_log (actor_id, action, subject_type, subject_id, reason, happened_at)
      SELECT ${actorId}::uuid, ${name}, 'person', id::text, ${reason}::text, ${now}::timestamptz
      FROM person
    )
    SELECT id FROM person`;
  return rows.length > 0;
}
