import type { Database } from "#lib/services/database.ts";
import type { RefundSource } from "./order.ts";

/** A refund to be written down. Amounts in minor units. */
export interface NewRefund {
  order: { id: string; version: number };
  source: RefundSource;
  items: { itemId: string; amount: number }[];
  reason: string | null;
  /** Who asked for it; null for the shop itself. */
  actorId: string | null;
  now: Date;
}

/**
 * Writes down a refund that is to be made, with its items, its line in the order's history and,
 * for an admin, in the audit log. Gives false when the order was changed since it was read, so that
 * two clicks make one refund.
 */
export async function insertRefund(database: Database, refund: NewRefund): Promise<boolean> {
  const { order, source, items, reason, actorId, now } = refund;
  const amount = items.reduce((sum, item) => sum + item.amount, 0);
  const rows = await database.write<{ id: string }[]>`
    WITH changed AS (
      UPDATE orders
      SET version = version + 1, updated_at = ${now}
      WHERE id = ${order.id}::uuid AND version = ${order.version}
      RETURNING id
    ), refund AS (
      INSERT INTO refunds (order_id, source, amount, reason, requested_by, created_at, updated_at)
      SELECT id, ${source}, ${amount}, ${reason}, ${actorId}::uuid, ${now}, ${now}
      FROM changed
      RETURNING id, order_id
    ), items AS (
      INSERT INTO refund_items (refund_id, order_item_id, amount)
      SELECT refund.id, item."itemId", item.amount
      FROM refund, jsonb_to_recordset(${JSON.stringify(items)}::jsonb)
        AS item ("itemId" uuid, amount integer)
    ), recorded AS (
      INSERT INTO order_history (order_id, change, detail, actor_id, happened_at)
      SELECT order_id, 'refund requested',
             jsonb_build_object('refund', id, 'source', ${source}::text, 'amount', ${amount}::int,
                                'reason', ${reason}::text),
             ${actorId}::uuid, ${now}::timestamptz
      FROM refund
    ), audited AS (
      INSERT INTO audit_log (actor_id, action, subject_type, subject_id, reason, detail,
                             happened_at)
      SELECT ${actorId}::uuid, 'order.refund', 'order', order_id::text, ${reason}::text,
             jsonb_build_object('refund', id, 'amount', ${amount}::int), ${now}::timestamptz
      FROM refund
      WHERE ${source}::text = 'admin'
    )
    SELECT id FROM refund`;
  return rows.length > 0;
}

/** Notes that Stripe refused a refund for good, so that nobody tries it again. */
export async function markRefundRefused(
  database: Database,
  refund: { id: string; failureReason: string; now: Date },
): Promise<void> {
  await database.write`
    WITH refused AS (
      UPDATE refunds
      SET status = 'failed', failure_reason = ${refund.failureReason}, updated_at = ${refund.now}
      WHERE id = ${refund.id}::uuid AND status = 'requested'
      RETURNING id, order_id
    ), changed AS (
      UPDATE orders
      SET version = version + 1
      FROM refused
      WHERE orders.id = refused.order_id
    )
    INSERT INTO order_history (order_id, change, detail, happened_at)
    SELECT order_id, 'refund refused',
           jsonb_build_object('refund', id, 'reason', ${refund.failureReason}::text),
           ${refund.now}::timestamptz
    FROM refused`;
}

/** Begins the next try of a refund under an idempotency key of its own. */
export async function updateRefundAttempt(
  database: Database,
  refund: { id: string; attempt: number; now: Date },
): Promise<void> {
  await database.write`
    UPDATE refunds
    SET attempt = attempt + 1, updated_at = ${refund.now}
    WHERE id = ${refund.id}::uuid AND attempt = ${refund.attempt} AND status = 'requested'`;
}

/** Orders with a refund that Stripe was not heard to accept since `before`. */
export async function listOrdersWithRequestedRefunds(
  database: Database,
  filter: { livemode: boolean; before: Date; limit: number },
): Promise<string[]> {
  const rows = await database.read<{ id: string }[]>`
    SELECT DISTINCT orders.id
    FROM refunds
    JOIN orders ON orders.id = refunds.order_id
    WHERE refunds.status = 'requested' AND refunds.updated_at < ${filter.before}::timestamptz
      AND orders.livemode = ${filter.livemode}::boolean
    LIMIT ${filter.limit}`;
  return rows.map(({ id }) => id);
}
