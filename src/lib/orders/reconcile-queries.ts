import type { Database } from "#lib/services/database.ts";
import type { OrderStatus } from "./order.ts";

/**
 * Up to when events were read; before the first run the time of the oldest order, or null without
 * one.
 */
export async function findEventCursor(database: Database, livemode: boolean): Promise<Date | null> {
  const [row] = await database.read<{ readUntil: Date | null }[]>`
    SELECT COALESCE(
      (SELECT events_read_until FROM reconciler_state WHERE livemode = ${livemode}::boolean),
      (SELECT min(created_at) FROM orders WHERE livemode = ${livemode}::boolean)
    ) AS read_until`;
  return row?.readUntil ?? null;
}

/** Moves the cursor forward; a slower run never moves it back. */
export async function updateEventCursor(
  database: Database,
  cursor: { livemode: boolean; readUntil: Date; now: Date },
): Promise<void> {
  await database.write`
    INSERT INTO reconciler_state (livemode, events_read_until, ran_at)
    VALUES (${cursor.livemode}, ${cursor.readUntil}, ${cursor.now})
    ON CONFLICT (livemode) DO UPDATE
    SET events_read_until =
          GREATEST(reconciler_state.events_read_until, EXCLUDED.events_read_until),
        ran_at = EXCLUDED.ran_at`;
}

/**
 * Orders whose payment is not decided and that nobody asked Stripe about lately, the longest
 * waiting first: `recent` for those past their end and those processing, `settled` for the others.
 */
export async function listOrdersInDoubt(
  database: Database,
  filter: { livemode: boolean; now: Date; recent: Date; settled: Date; limit: number },
): Promise<string[]> {
  const rows = await database.read<{ id: string }[]>`
    SELECT id
    FROM orders
    WHERE livemode = ${filter.livemode}::boolean AND (
      status IN ('creating', 'pending', 'processing')
      AND COALESCE(synced_at, created_at) < CASE
        WHEN status = 'pending' AND expires_at > ${filter.now}::timestamptz
        THEN ${filter.settled}::timestamptz
        ELSE ${filter.recent}::timestamptz
      END
      -- An admin changed it, and was cut off before syncOrder ran.
      OR status NOT IN ('creating', 'pending', 'processing')
      AND synced_at IS NULL AND updated_at < ${filter.recent}::timestamptz
    )
    ORDER BY COALESCE(synced_at, created_at)
    LIMIT ${filter.limit}`;
  return rows.map(({ id }) => id);
}

/** The state of each of these orders; what is not there has none. */
export async function listOrderStatuses(
  database: Database,
  ids: string[],
): Promise<Map<string, OrderStatus>> {
  const rows = await database.read<{ id: string; status: OrderStatus }[]>`
    SELECT id, status FROM orders WHERE id = ANY(${ids}::uuid[])`;
  return new Map(rows.map(({ id, status }) => [id, status]));
}
