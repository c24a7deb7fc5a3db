import type { Database } from "#lib/services/database.ts";
import type { Device } from "./device-words.ts";
import type { User } from "./queries.ts";

/** A passkey as its owner sees it. */
export interface Passkey {
  id: string;
  name: string;
  createdAt: Date;
  lastUsedAt: Date | null;
}

/** A passkey as its signatures are checked with it; keys and ids in base64url. */
export interface StoredPasskey extends User {
  passkeyId: string;
  userHandle: string;
  publicKey: string;
  counter: string;
  isLocked: boolean;
}

/** The passkeys of a person, oldest first, with what an authenticator must know to make no second one. */
export async function listPasskeys(
  database: Database,
  userId: string,
): Promise<(Passkey & { credentialId: string; transports: string[]; userHandle: string })[]> {
  return database.read`
    SELECT id, name, created_at, last_used_at, credential_id, transports, user_handle
    FROM passkeys
    WHERE user_id = ${userId}::uuid
    ORDER BY created_at, id`;
}

/** The passkey that a browser names, and whose it is; null when there is none. */
export async function findPasskey(
  database: Database,
  credentialId: string,
): Promise<StoredPasskey | null> {
  const [passkey] = await database.read<StoredPasskey[]>`
    SELECT passkeys.id AS passkey_id, user_handle, public_key, counter, users.id, email,
           users.name, role, locked_at IS NOT NULL AS is_locked
    FROM passkeys
    JOIN users ON users.id = passkeys.user_id
    WHERE credential_id = ${credentialId}`;
  return passkey ?? null;
}

/**
 * Keeps a passkey and writes the event and the notice. Throws NeonDbError for a credential that is
 * kept already (passkeys_credential_id_key).
 */
export async function insertPasskey(
  database: Database,
  passkey: {
    userId: string;
    credentialId: string;
    userHandle: string;
    publicKey: string;
    counter: number;
    transports: string[];
    name: string;
    device: Device;
    noticeId: string;
  },
): Promise<void> {
  const { userId, credentialId, userHandle, publicKey, counter, device } = passkey;
  await database.write`
    WITH added AS (
      INSERT INTO passkeys (
        user_id, credential_id, user_handle, public_key, counter, transports, name)
      VALUES (${userId}::uuid, ${credentialId}, ${userHandle}, ${publicKey}, ${counter},
              ${passkey.transports}::text[], ${passkey.name})
      RETURNING user_id, name
    ), noted AS (
      INSERT INTO security_events (user_id, kind, device, place)
      SELECT user_id, 'passkey-added', ${device.name}, ${device.place}
      FROM added
    )
    INSERT INTO outbox (dedupe_key, template, recipient, parameters)
    SELECT 'passkey:' || ${passkey.noticeId}, 'passkey-added', users.email,
           jsonb_build_object('name', users.name, 'passkey', added.name,
                              'device', ${device.name}::text)
    FROM added
    JOIN users ON users.id = added.user_id`;
}

/**
 * Notes that a passkey was used. Gives false when its counter has moved on since it was read, or it
 * was removed: somebody else has signed in with it.
 */
export async function updatePasskeyUse(
  database: Database,
  use: { passkeyId: string; formerCounter: string; counter: number; now: Date },
): Promise<boolean> {
  const rows = await database.write<{ userId: string }[]>`
    UPDATE passkeys
    SET counter = ${use.counter}, last_used_at = ${use.now}
    WHERE id = ${use.passkeyId}::uuid AND counter = ${use.formerCounter}::bigint
    RETURNING user_id`;
  return rows.length > 0;
}

/** Removes a passkey of this person and writes the event and the notice. Gives false when there is none. */
export async function deletePasskey(
  database: Database,
  removal: { userId: string; passkeyId: string; device: Device; noticeId: string },
): Promise<boolean> {
  const { userId, passkeyId, device, noticeId } = removal;
  const rows = await database.write<{ userId: string }[]>`
    WITH removed AS (
      DELETE FROM passkeys
      WHERE id = ${passkeyId}::uuid AND user_id = ${userId}::uuid
      RETURNING user_id, name
    ), noted AS (
      INSERT INTO security_events (user_id, kind, device, place)
      SELECT user_id, 'passkey-removed', ${device.name}, ${device.place}
      FROM removed
    ), told AS (
      INSERT INTO outbox (dedupe_key, template, recipient, parameters)
      SELECT 'passkey:' || ${noticeId}, 'passkey-removed', users.email,
             jsonb_build_object('name', users.name, 'passkey', removed.name,
                                'device', ${device.name}::text)
      FROM removed
      JOIN users ON users.id = removed.user_id
    )
    SELECT user_id FROM removed`;
  return rows.length > 0;
}
