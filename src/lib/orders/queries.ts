import type { Database } from "#lib/services/database.ts";
import type { OrderStatus, OrderView } from "./order.ts";

export type { OrderItemView, OrderView } from "./order.ts";

/** A person's own order, or null. */
export async function findOrderForUser(
  database: Database,
  orderId: string,
  userId: string,
): Promise<OrderView | null> {
  const [order] = await database.read<OrderView[]>`
    SELECT o.id, o.number, o.status, o.currency, o.subtotal_amount, o.discount_amount, o.tax_amount,
           o.total_amount, o.refunded_amount, o.stripe_session_url, o.created_at, o.expires_at,
           o.paid_at,
           (SELECT jsonb_agg(jsonb_build_object(
              'courseSlug', c.slug, 'title', i.title, 'priceAmount', i.price_amount,
              'refundedAmount', i.refunded_amount, 'state', i.state) ORDER BY i.title)
            FROM order_items i
            JOIN courses c ON c.id = i.course_id
            WHERE i.order_id = o.id) AS items
    FROM orders o
    WHERE o.id = ${orderId}::uuid AND o.user_id = ${userId}::uuid`;
  return order ?? null;
}

/**
 * The id of a person's own order by the Checkout session that Stripe sent them back with, or null.
 */
export async function findOrderIdBySession(
  database: Database,
  sessionId: string,
  userId: string,
): Promise<string | null> {
  const [order] = await database.read<{ id: string }[]>`
    SELECT id
    FROM orders
    WHERE stripe_session_id = ${sessionId} AND user_id = ${userId}::uuid`;
  return order?.id ?? null;
}

/** A person's own order by its Checkout session, or null. */
export async function findOrderBySession(
  database: Database,
  sessionId: string,
  userId: string,
): Promise<OrderView | null> {
  const orderId = await findOrderIdBySession(database, sessionId, userId);
  return orderId ? findOrderForUser(database, orderId, userId) : null;
}

/** A person's orders, newest first, without those that were never more than begun. */
export async function listOrders(database: Database, userId: string): Promise<OrderView[]> {
  return database.read<OrderView[]>`
    SELECT o.id, o.number, o.status, o.currency, o.subtotal_amount, o.discount_amount, o.tax_amount,
           o.total_amount, o.refunded_amount, o.stripe_session_url, o.created_at, o.expires_at,
           o.paid_at,
           (SELECT jsonb_agg(jsonb_build_object(
              'courseSlug', c.slug, 'title', i.title, 'priceAmount', i.price_amount,
              'refundedAmount', i.refunded_amount, 'state', i.state) ORDER BY i.title)
            FROM order_items i
            JOIN courses c ON c.id = i.course_id
            WHERE i.order_id = o.id) AS items
    FROM orders o
    WHERE o.user_id = ${userId}::uuid AND o.status NOT IN ('creating', 'expired')
    ORDER BY o.created_at DESC
    LIMIT 200`;
}

/** The state of a person's own order, or null. */
export async function findOrderStatus(
  database: Database,
  orderId: string,
  userId: string,
): Promise<OrderStatus | null> {
  const [order] = await database.read<{ status: OrderStatus }[]>`
    SELECT status
    FROM orders
    WHERE id = ${orderId}::uuid AND user_id = ${userId}::uuid`;
  return order?.status ?? null;
}

/** Whether a person has access to a course. */
export async function ownsCourse(
  database: Database,
  userId: string,
  courseId: string,
  livemode: boolean,
): Promise<boolean> {
  const rows = await database.read<{ orderItemId: string }[]>`
    SELECT order_item_id
    FROM entitlements
    WHERE user_id = ${userId}::uuid AND course_id = ${courseId}::uuid
      AND livemode = ${livemode}::boolean`;
  return rows.length > 0;
}

/** What a mail about an order says. */
export interface OrderForMail extends OrderView {
  name: string;
}

/** An order with its buyer's name, for mail, or null. */
export async function findOrderForMail(
  database: Database,
  orderId: string,
): Promise<OrderForMail | null> {
  const [buyer] = await database.read<{ userId: string; name: string }[]>`
    SELECT users.id AS user_id, users.name
    FROM orders
    JOIN users ON users.id = orders.user_id
    WHERE orders.id = ${orderId}::uuid`;
  const order = buyer && (await findOrderForUser(database, orderId, buyer.userId));
  return order ? { ...order, name: buyer.name } : null;
}
