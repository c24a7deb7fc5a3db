import type { Database } from "#lib/services/database.ts";
import type { ItemProgress } from "./refund-policy.ts";

/** How far the buyer of an order is in each of its courses, and what goes back for it. */
export async function listItemProgress(
  database: Database,
  orderId: string,
): Promise<ItemProgress[]> {
  return database.read<ItemProgress[]>`
    SELECT item.id AS item_id, item.refunded_amount,
      (SELECT count(*)::integer FROM lessons WHERE lessons.course_id = item.course_id)
        AS lesson_count,
      (SELECT count(*)::integer
       FROM lesson_progress AS own
       JOIN lessons ON lessons.id = own.lesson_id
       WHERE lessons.course_id = item.course_id AND own.user_id = orders.user_id
         AND own.completed_at IS NOT NULL) AS done_count,
      (SELECT COALESCE(sum(part.amount), 0)::integer
       FROM refund_items AS part
       JOIN refunds ON refunds.id = part.refund_id
       WHERE part.order_item_id = item.id AND refunds.status = 'requested') AS requested_amount
    FROM order_items AS item
    JOIN orders ON orders.id = item.order_id
    WHERE orders.id = ${orderId}::uuid`;
}
