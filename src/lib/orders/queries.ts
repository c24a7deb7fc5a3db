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
    SELECT id, number, source, status, currency, subtotal_amount, discount_amount, tax_amount,
           total_amount, refunded_amount, stripe_session_url, stripe_invoice_url, created_at,
           expires_at, paid_at, items, refunds
    FROM order_views
    WHERE id = ${orderId}::uuid AND user_id = ${userId}::uuid`;
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

/** A person's orders, newest first, without those that were never more than begun. */
export async function listOrders(database: Database, userId: string): Promise<OrderView[]> {
  return database.read<OrderView[]>`
    SELECT id, number, source, status, currency, subtotal_amount, discount_amount, tax_amount,
           total_amount, refunded_amount, stripe_session_url, stripe_invoice_url, created_at,
           expires_at, paid_at, items, refunds
    FROM order_views
    WHERE user_id = ${userId}::uuid AND status NOT IN ('creating', 'expired')
    ORDER BY created_at DESC
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

/** What a mail about an order says. */
export interface OrderForMail extends OrderView {
  name: string;
}

/** An order with its buyer's name, for mail, or null. */
export async function findOrderForMail(
  database: Database,
  orderId: string,
): Promise<OrderForMail | null> {
  const [order] = await database.read<OrderForMail[]>`
    SELECT o.id, number, source, status, currency, subtotal_amount, discount_amount, tax_amount,
           total_amount, refunded_amount, stripe_session_url, stripe_invoice_url, o.created_at,
           expires_at, paid_at, items, refunds, users.name
    FROM order_views o
    JOIN users ON users.id = o.user_id
    WHERE o.id = ${orderId}::uuid`;
  return order ?? null;
}
