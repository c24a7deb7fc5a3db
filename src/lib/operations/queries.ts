import type { Database } from "#lib/services/database.ts";

const DAY_MS = 24 * 60 * 60_000;

/**
 * Deletes sign-ups older than two days: their codes and links have run out, and they hold
 * addresses.
 */
export async function deleteOldRegistrations(
  database: Database,
  now: Date,
): Promise<{ deletedRegistrations: number }> {
  const rows = await database.write<{ id: string }[]>`
    DELETE FROM registrations
    WHERE created_at < ${new Date(now.getTime() - 2 * DAY_MS)}::timestamptz
    RETURNING id`;
  return { deletedRegistrations: rows.length };
}
