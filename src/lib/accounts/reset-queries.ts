import type { Database } from "#lib/services/database.ts";
import type { Device } from "./device-words.ts";

/** A reset that was asked for, and the account it is for. */
export interface PasswordReset {
  id: string;
  nonce: string;
  createdAt: Date;
  userId: string;
  email: string;
  name: string;
  passwordHash: string;
}

/**
 * Writes a reset and its mail, in one statement and with the same work whether or not the address
 * has an account. For one without, the row belongs to nobody and the mail is never sent.
 */
export async function insertPasswordReset(
  database: Database,
  reset: { id: string; email: string; nonce: string },
): Promise<void> {
  await database.write`
    WITH requested AS (
      INSERT INTO password_resets (id, user_id, nonce)
      VALUES (${reset.id}::uuid, (SELECT id FROM users WHERE email = ${reset.email}), ${reset.nonce})
      RETURNING user_id
    )
    INSERT INTO outbox (dedupe_key, template, recipient, parameters)
    SELECT 'reset-password:' || ${reset.id}, 'reset-password', COALESCE(users.email, ''),
           jsonb_build_object('resetId', ${reset.id}::text)
    FROM requested
    LEFT JOIN users ON users.id = requested.user_id`;
}

/** A reset that was not used yet, or null; also null for one that belongs to nobody. */
export async function findPasswordReset(
  database: Database,
  id: string,
): Promise<PasswordReset | null> {
  const [reset] = await database.read<PasswordReset[]>`
    SELECT password_resets.id, password_resets.nonce, password_resets.created_at,
           users.id AS user_id, users.email, users.name, users.password_hash
    FROM password_resets
    JOIN users ON users.id = password_resets.user_id
    WHERE password_resets.id = ${id}::uuid AND password_resets.used_at IS NULL`;
  return reset ?? null;
}

/**
 * Uses a reset up, once: the new password, the event and the notice, in one statement. Gives false
 * when it was used before or the password was changed meanwhile.
 */
export async function usePasswordReset(
  database: Database,
  use: { id: string; former: string; hash: string; device: Device },
): Promise<boolean> {
  const rows = await database.write<{ id: string }[]>`
    WITH used AS (
      UPDATE password_resets
      SET used_at = now()
      WHERE id = ${use.id}::uuid AND used_at IS NULL
      RETURNING user_id
    ), changed AS (
      UPDATE users
      SET password_hash = ${use.hash}, password_changed_at = now(), updated_at = now()
      FROM used
      WHERE users.id = used.user_id AND users.password_hash = ${use.former}
      RETURNING users.id, users.email, users.name
    ), noted AS (
      INSERT INTO security_events (user_id, kind, device, place)
      SELECT id, 'password-reset', ${use.device.name}, ${use.device.place}
      FROM changed
    ), told AS (
      INSERT INTO outbox (dedupe_key, template, recipient, parameters)
      SELECT 'password-changed:' || ${use.id}, 'password-changed', email,
             jsonb_build_object('name', name, 'device', ${use.device.name}::text)
      FROM changed
    )
    SELECT id FROM changed`;
  return rows.length > 0;
}
