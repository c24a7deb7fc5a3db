import type { Database } from "#lib/services/database.ts";
import type { Device } from "./device-words.ts";

/** An account's authenticator. */
export interface TotpFactor {
  sealedSecret: string;
  /** Null while its owner has typed no code of it. */
  confirmedAt: Date | null;
  recoveryCodesLeft: number;
}

/** The authenticator of an account, or null. */
export async function findTotpFactor(
  database: Database,
  userId: string,
): Promise<TotpFactor | null> {
  const [factor] = await database.read<TotpFactor[]>`
    SELECT sealed_secret, confirmed_at, (
      SELECT count(*)::integer
      FROM recovery_codes
      WHERE user_id = totp_factors.user_id AND used_at IS NULL
    ) AS recovery_codes_left
    FROM totp_factors
    WHERE user_id = ${userId}::uuid`;
  return factor ?? null;
}

/** Keeps a secret that is to be confirmed; one that was confirmed stays as it is. */
export async function upsertTotpFactor(
  database: Database,
  factor: { userId: string; sealedSecret: string; now: Date },
): Promise<void> {
  await database.write`
    INSERT INTO totp_factors (user_id, sealed_secret, created_at)
    VALUES (${factor.userId}::uuid, ${factor.sealedSecret}, ${factor.now})
    ON CONFLICT (user_id) DO UPDATE
    SET sealed_secret = EXCLUDED.sealed_secret, created_at = EXCLUDED.created_at
    WHERE totp_factors.confirmed_at IS NULL`;
}

/** Who changed a second factor, with which device, for the event and the notice. */
interface FactorChange {
  userId: string;
  device: Device;
  /** Makes the notice's key, so that it is sent once. */
  noticeId: string;
}

/**
 * Confirms an authenticator with its first code, keeps the hashes of its recovery codes, and writes
 * the event and the notice. Gives false when it was confirmed or replaced meanwhile.
 */
export async function confirmTotpFactor(
  database: Database,
  factor: FactorChange & {
    sealedSecret: string;
    counter: number;
    codeHashes: string[];
    now: Date;
  },
): Promise<boolean> {
  const rows = await database.write<{ userId: string }[]>`
    WITH confirmed AS (
      UPDATE totp_factors
      SET confirmed_at = ${factor.now}, last_counter = ${factor.counter}
      WHERE user_id = ${factor.userId}::uuid AND confirmed_at IS NULL
        AND sealed_secret = ${factor.sealedSecret}
      RETURNING user_id
    ), codes AS (
      INSERT INTO recovery_codes (user_id, code_hash)
      SELECT user_id, unnest(${factor.codeHashes}::text[])
      FROM confirmed
    ), noted AS (
      INSERT INTO security_events (user_id, kind, device, place)
      SELECT user_id, 'second-factor-on', ${factor.device.name}, ${factor.device.place}
      FROM confirmed
    ), told AS (
      INSERT INTO outbox (dedupe_key, template, recipient, parameters)
      SELECT 'second-factor:' || ${factor.noticeId}, 'second-factor-on', email,
             jsonb_build_object('name', name, 'device', ${factor.device.name}::text)
      FROM confirmed
      JOIN users ON users.id = confirmed.user_id
    )
    SELECT user_id FROM confirmed`;
  return rows.length > 0;
}

/** Takes the code of a period, once: gives false when that period or a later one was taken. */
export async function updateTotpCounter(
  database: Database,
  use: { userId: string; counter: number },
): Promise<boolean> {
  const rows = await database.write<{ userId: string }[]>`
    UPDATE totp_factors
    SET last_counter = ${use.counter}
    WHERE user_id = ${use.userId}::uuid AND confirmed_at IS NOT NULL
      AND last_counter < ${use.counter}
    RETURNING user_id`;
  return rows.length > 0;
}

/** Uses a recovery code up. Gives false when there is none with this hash, or it was used. */
export async function updateRecoveryCode(
  database: Database,
  use: { userId: string; codeHash: string; now: Date },
): Promise<boolean> {
  const rows = await database.write<{ userId: string }[]>`
    UPDATE recovery_codes
    SET used_at = ${use.now}
    WHERE user_id = ${use.userId}::uuid AND code_hash = ${use.codeHash} AND used_at IS NULL
    RETURNING user_id`;
  return rows.length > 0;
}

/**
 * Takes the authenticator and its recovery codes off an account, and writes the event and the
 * notice.
 */
export async function deleteTotpFactor(database: Database, change: FactorChange): Promise<void> {
  const { userId, device, noticeId } = change;
  await database.write`
    WITH codes AS (
      DELETE FROM recovery_codes
      WHERE user_id = ${userId}::uuid
    ), removed AS (
      DELETE FROM totp_factors
      WHERE user_id = ${userId}::uuid
      RETURNING user_id
    ), noted AS (
      INSERT INTO security_events (user_id, kind, device, place)
      SELECT user_id, 'second-factor-off', ${device.name}, ${device.place}
      FROM removed
    )
    INSERT INTO outbox (dedupe_key, template, recipient, parameters)
    SELECT 'second-factor:' || ${noticeId}, 'second-factor-off', email,
           jsonb_build_object('name', name, 'device', ${device.name}::text)
    FROM removed
    JOIN users ON users.id = removed.user_id`;
}
