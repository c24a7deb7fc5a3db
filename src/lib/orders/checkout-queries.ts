import type { Database } from "#lib/services/database.ts";
import type { OrderStatus } from "./order.ts";

/** An order with a course whose payment is not decided yet. */
export interface OpenOrder {
  id: string;
  status: OrderStatus;
  attempt: number;
  priceAmount: number;
  currency: string;
  title: string;
  stripeSessionId: string | null;
  createdAt: Date;
  expiresAt: Date;
}

/** All that matters when a person wants to buy a course. */
export interface CheckoutState {
  course: { id: string; slug: string; title: string; priceAmount: number; currency: string };
  isOwned: boolean;
  customerId: string | null;
  order: OpenOrder | null;
}

interface CheckoutRow extends Omit<CheckoutState["course"], "id"> {
  courseId: string;
  isOwned: boolean;
  customerId: string | null;
  orderId: string | null;
  orderStatus: OrderStatus;
  orderAttempt: number;
  orderPriceAmount: number;
  orderCurrency: string;
  orderTitle: string;
  orderSessionId: string | null;
  orderCreatedAt: Date;
  orderExpiresAt: Date;
}

/**
 * A published course with what the person has of it: access, an open order. Null without the
 * course.
 */
export async function findCheckoutState(
  database: Database,
  buyer: { userId: string; courseId: string; livemode: boolean },
): Promise<CheckoutState | null> {
  const [row] = await database.read<CheckoutRow[]>`
    SELECT courses.id AS course_id, courses.slug, courses.title, courses.price_amount,
           courses.currency, entitlements.order_item_id IS NOT NULL AS is_owned,
           payment_customers.stripe_customer_id AS customer_id,
           orders.id AS order_id, orders.status AS order_status, orders.attempt AS order_attempt,
           items.price_amount AS order_price_amount, orders.currency AS order_currency,
           items.title AS order_title, orders.stripe_session_id AS order_session_id,
           orders.created_at AS order_created_at, orders.expires_at AS order_expires_at
    FROM courses
    CROSS JOIN (
      SELECT ${buyer.userId}::uuid AS user_id, ${buyer.livemode}::boolean AS livemode
    ) buyer
    LEFT JOIN entitlements ON entitlements.course_id = courses.id
      AND entitlements.user_id = buyer.user_id AND entitlements.livemode = buyer.livemode
    LEFT JOIN payment_customers ON payment_customers.user_id = buyer.user_id
      AND payment_customers.livemode = buyer.livemode
    LEFT JOIN order_items items ON items.course_id = courses.id AND items.state = 'open'
      AND items.user_id = buyer.user_id AND items.livemode = buyer.livemode
    LEFT JOIN orders ON orders.id = items.order_id
    WHERE courses.id = ${buyer.courseId}::uuid AND courses.published_at IS NOT NULL`;
  return row ? toCheckoutState(row) : null;
}

function toCheckoutState(row: CheckoutRow): CheckoutState {
  const { slug, title, priceAmount, currency, isOwned, customerId } = row;
  return {
    course: { id: row.courseId, slug, title, priceAmount, currency },
    isOwned,
    customerId,
    order: row.orderId
      ? {
          id: row.orderId,
          status: row.orderStatus,
          attempt: row.orderAttempt,
          priceAmount: row.orderPriceAmount,
          currency: row.orderCurrency,
          title: row.orderTitle,
          stripeSessionId: row.orderSessionId,
          createdAt: row.orderCreatedAt,
          expiresAt: row.orderExpiresAt,
        }
      : null,
  };
}

/**
 * Writes an order for one course at the price that the database has. Violates
 * order_items_one_open_key when another tab was faster.
 */
export async function insertOrder(
  database: Database,
  order: { userId: string; courseId: string; livemode: boolean; now: Date; expiresAt: Date },
): Promise<void> {
  await database.write`
    WITH course AS (
      SELECT id, title, price_amount, currency
      FROM courses
      WHERE id = ${order.courseId}::uuid AND published_at IS NOT NULL
    ), created AS (
      INSERT INTO orders (user_id, currency, subtotal_amount, total_amount, livemode,
                          terms_accepted_at, expires_at, created_at, updated_at)
      SELECT ${order.userId}::uuid, currency, price_amount, price_amount,
             ${order.livemode}::boolean, ${order.now}::timestamptz,
             ${order.expiresAt}::timestamptz, ${order.now}::timestamptz, ${order.now}::timestamptz
      FROM course
      RETURNING id, user_id, livemode
    )
    INSERT INTO order_items (order_id, user_id, course_id, title, price_amount, livemode)
    SELECT created.id, created.user_id, course.id, course.title, course.price_amount,
           created.livemode
    FROM created
    CROSS JOIN course`;
}

/** Remembers the session that Stripe made for an order. Gives false when the order has moved on. */
export async function updateOrderSession(
  database: Database,
  session: { orderId: string; attempt: number; id: string; url: string | null; now: Date },
): Promise<boolean> {
  const rows = await database.write<{ id: string }[]>`
    UPDATE orders
    SET status = 'pending', stripe_session_id = ${session.id}, stripe_session_url = ${session.url},
        updated_at = ${session.now}, version = version + 1
    WHERE id = ${session.orderId}::uuid AND attempt = ${session.attempt}
      AND status = 'creating' AND stripe_session_id IS NULL
    RETURNING id`;
  return rows.length > 0;
}

/**
 * Begins the next attempt at a session, with its own idempotency key, unless somebody else has
 * begun it.
 */
export async function updateOrderAttempt(
  database: Database,
  order: { id: string; attempt: number; now: Date; expiresAt: Date },
): Promise<void> {
  await database.write`
    UPDATE orders
    SET attempt = attempt + 1, expires_at = ${order.expiresAt}, updated_at = ${order.now},
        version = version + 1
    WHERE id = ${order.id}::uuid AND attempt = ${order.attempt} AND status = 'creating'`;
}

/** Remembers a person's customer at Stripe in the place of `former`; gives the one that counts. */
export async function upsertCustomer(
  database: Database,
  customer: { userId: string; livemode: boolean; id: string; former: string | null },
): Promise<string> {
  const [row] = await database.write<{ stripeCustomerId: string }[]>`
    INSERT INTO payment_customers (user_id, livemode, stripe_customer_id)
    VALUES (${customer.userId}::uuid, ${customer.livemode}, ${customer.id})
    ON CONFLICT (user_id, livemode) DO UPDATE
    SET stripe_customer_id = CASE
      WHEN payment_customers.stripe_customer_id = ${customer.former}::text
      THEN EXCLUDED.stripe_customer_id
      ELSE payment_customers.stripe_customer_id
    END
    RETURNING stripe_customer_id`;
  return row?.stripeCustomerId ?? customer.id;
}
