import type { Database } from "#lib/services/database.ts";

/** The order of this mode that a payment belongs to, or null. */
export async function findOrderIdByPayment(
  database: Database,
  payment: { intentId: string; livemode: boolean },
): Promise<string | null> {
  const [order] = await database.read<{ id: string }[]>`
    SELECT id
    FROM orders
    WHERE stripe_payment_intent_id = ${payment.intentId} AND livemode = ${payment.livemode}`;
  return order?.id ?? null;
}

/** Those of the events that are done: each was noted in the transaction of what it led to. */
export async function listKnownEvents(database: Database, ids: string[]): Promise<Set<string>> {
  const rows = await database.read<{ id: string }[]>`
    SELECT id FROM stripe_events WHERE id = ANY(${ids}::text[])`;
  return new Set(rows.map(({ id }) => id));
}
