import type { Database } from "#lib/services/database.ts";

const DAY_MS = 24 * 60 * 60_000;

/**
 * Deletes sign-ups, resets and moves to another address that are older than two days: their codes
 * and links have run out, and they hold addresses.
 */
export async function deleteOldRegistrations(
  database: Database,
  now: Date,
): Promise<{ deletedRegistrations: number }> {
  const before = new Date(now.getTime() - 2 * DAY_MS);
  const rows = await database.write<{ id: string }[]>`
    WITH resets AS (
      DELETE FROM password_resets WHERE created_at < ${before}::timestamptz
    ), moves AS (
      DELETE FROM email_changes WHERE created_at < ${before}::timestamptz
    )
    DELETE FROM registrations
    WHERE created_at < ${before}::timestamptz
    RETURNING id`;
  return { deletedRegistrations: rows.length };
}

/** Whether the database takes no writes, as a replica or after a failover. */
export async function isReadOnly(database: Database): Promise<boolean> {
  const [row] = await database.read<{ isReadOnly: boolean }[]>`
    SELECT current_setting('transaction_read_only')::boolean AS is_read_only`;
  return row?.isReadOnly ?? false;
}
