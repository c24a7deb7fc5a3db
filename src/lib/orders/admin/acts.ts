import type { Database } from "#lib/services/database.ts";

/** What an admin does to an order that exists; the words are those of the audit log. */
export type OrderAct = "order.resync" | "order.accept-review" | "order.withdraw";

/**
 * Writes down what an admin did, with its line in the order's history and in the audit log, in one
 * statement. The order counts as not compared with Stripe until syncOrder has run, so that the
 * reconciler goes on with what is cut off. Gives false when there was nothing to do: the order is
 * not in review, is no grant, or it was done before.
 */
export async function recordAct(
  database: Database,
  act: { orderId: string; act: OrderAct; reason: string | null; actorId: string; now: Date },
): Promise<boolean> {
  const { orderId, act: name, reason, actorId, now } = act;
  const rows = await database.write<{ id: string }[]>`
    WITH changed AS (
      UPDATE orders
      SET review_accepted_at = CASE
            WHEN ${name} = 'order.accept-review' THEN ${now}::timestamptz
            ELSE review_accepted_at
          END,
          withdrawn_at = CASE
            WHEN ${name} = 'order.withdraw' THEN ${now}::timestamptz ELSE withdrawn_at
          END,
          synced_at = NULL, updated_at = ${now}, version = version + 1
      WHERE id = ${orderId}::uuid AND CASE ${name}::text
          WHEN 'order.accept-review' THEN status = 'review' AND review_accepted_at IS NULL
          WHEN 'order.withdraw' THEN source = 'manual' AND withdrawn_at IS NULL
          ELSE true
        END
      RETURNING id
    ), recorded AS (
      INSERT INTO order_history (order_id, change, detail, actor_id, happened_at)
      SELECT id, ${name}, jsonb_build_object('reason', ${reason}::text), ${actorId}::uuid,
             ${now}::timestamptz
      FROM changed
    ), audited AS (
      INSERT INTO audit_log (actor_id, action, subject_type, subject_id, reason, happened_at)
      SELECT ${actorId}::uuid, ${name}, 'order', id::text, ${reason}::text, ${now}::timestamptz
      FROM changed
    )
    SELECT id FROM changed`;
  return rows.length > 0;
}
