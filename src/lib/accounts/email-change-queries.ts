import type { Database } from "#lib/services/database.ts";
import type { Device } from "./device-words.ts";
import type { User } from "./queries.ts";

/** A move to another address that was asked for, and the account as it is. */
export interface EmailChange {
  id: string;
  nonce: string;
  newEmail: string;
  createdAt: Date;
  userId: string;
  email: string;
  name: string;
  passwordHash: string;
  /** Whether the new address has an account of its own. */
  isTaken: boolean;
}

/**
 * Writes a move, the event, and the mails to both addresses, in one statement and with the same work
 * whether or not the new address is free.
 */
export async function insertEmailChange(
  database: Database,
  change: { id: string; userId: string; newEmail: string; nonce: string; device: Device },
): Promise<void> {
  const { id, userId, newEmail, nonce, device } = change;
  await database.write`
    WITH requested AS (
      INSERT INTO email_changes (id, user_id, new_email, nonce)
      VALUES (${id}::uuid, ${userId}, ${newEmail}, ${nonce})
    ), noted AS (
      INSERT INTO security_events (user_id, kind, device, place)
      VALUES (${userId}, 'email-change-asked', ${device.name}, ${device.place})
    )
    INSERT INTO outbox (dedupe_key, template, recipient, parameters)
    SELECT 'confirm-email:' || ${id}, 'confirm-email', ${newEmail},
           jsonb_build_object('changeId', ${id}::text)
    UNION ALL
    SELECT 'email-change-asked:' || ${id}, 'email-change-asked', email,
           jsonb_build_object('name', name, 'device', ${device.name}::text)
    FROM users
    WHERE id = ${userId}`;
}

/** A move that is not completed, or null. */
export async function findEmailChange(database: Database, id: string): Promise<EmailChange | null> {
  const [change] = await database.read<EmailChange[]>`
    SELECT change.id, change.nonce, change.new_email, change.created_at,
           users.id AS user_id, users.email, users.name, users.password_hash,
           EXISTS (SELECT 1 FROM users other WHERE other.email = change.new_email) AS is_taken
    FROM email_changes change
    JOIN users ON users.id = change.user_id
    WHERE change.id = ${id}::uuid AND change.completed_at IS NULL`;
  return change ?? null;
}

/**
 * Completes a move, once: the new address, the event, and the notice to the former one, in one
 * statement. Null when it was completed before or the account was changed meanwhile. Throws
 * NeonDbError on users_email_key when the address was taken meanwhile.
 */
export async function completeEmailChange(
  database: Database,
  change: Pick<EmailChange, "id" | "email"> & { device: Device },
): Promise<User | null> {
  const [user] = await database.write<User[]>`
    WITH completed AS (
      UPDATE email_changes
      SET completed_at = now()
      WHERE id = ${change.id}::uuid AND completed_at IS NULL
      RETURNING user_id, new_email
    ), changed AS (
      UPDATE users
      SET email = completed.new_email, updated_at = now()
      FROM completed
      WHERE users.id = completed.user_id AND users.email = ${change.email}
      RETURNING users.id, users.email, users.name, users.role
    ), noted AS (
      INSERT INTO security_events (user_id, kind, device, place)
      SELECT id, 'email-changed', ${change.device.name}, ${change.device.place}
      FROM changed
    ), told AS (
      INSERT INTO outbox (dedupe_key, template, recipient, parameters)
      SELECT 'email-changed:' || ${change.id}, 'email-changed', ${change.email},
             jsonb_build_object('name', name)
      FROM changed
    )
    SELECT id, email, name, role FROM changed`;
  return user ?? null;
}
