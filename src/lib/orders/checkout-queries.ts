import type { Database } from "#lib/services/database.ts";
import type { OrderStatus } from "./order.ts";

/** A published course as it is sold now. */
export interface SoldCourse {
  id: string;
  slug: string;
  title: string;
  priceAmount: number;
  currency: string;
  isOwned: boolean;
}

/** An order whose payment is not decided yet. */
export interface OpenOrder {
  id: string;
  status: OrderStatus;
  attempt: number;
  currency: string;
  stripeSessionId: string | null;
  createdAt: Date;
  expiresAt: Date;
  items: { courseId: string; slug: string; title: string; priceAmount: number }[];
}

/** All that matters when a person wants to buy courses. */
export interface CheckoutState {
  /** Those of the wanted courses that are for sale, by title. */
  courses: SoldCourse[];
  customerId: string | null;
  /** The person's open orders with one of the courses, oldest first. */
  orders: OpenOrder[];
}

interface Buyer {
  userId: string;
  courseIds: string[];
  livemode: boolean;
}

interface OpenOrderRow extends Omit<OpenOrder, "createdAt" | "expiresAt"> {
  createdAt: string;
  expiresAt: string;
}

/** The courses as they are for sale, with what the person has of them: access, open orders. */
export async function findCheckoutState(
  database: Database,
  { userId, courseIds, livemode }: Buyer,
): Promise<CheckoutState> {
  const [row] = await database.read<
    { courses: SoldCourse[]; customerId: string | null; orders: OpenOrderRow[] }[]
  >`
    WITH buyer AS (
      SELECT ${userId}::uuid AS user_id, ${livemode}::boolean AS livemode,
             ${courseIds}::uuid[] AS course_ids
    ), wanted AS (
      SELECT c.id, c.slug, c.title, c.price_amount, c.currency, EXISTS (
               SELECT 1
               FROM entitlements e
               WHERE e.user_id = buyer.user_id AND e.course_id = c.id
                 AND e.livemode = buyer.livemode
             ) AS is_owned
      FROM buyer
      JOIN courses c ON c.id = ANY (buyer.course_ids) AND c.published_at IS NOT NULL
    ), open_orders AS (
      SELECT DISTINCT o.id, o.status, o.attempt, o.currency, o.stripe_session_id, o.created_at,
             o.expires_at
      FROM buyer
      JOIN order_items i ON i.user_id = buyer.user_id AND i.livemode = buyer.livemode
        AND i.state = 'open' AND i.course_id = ANY (buyer.course_ids)
      JOIN orders o ON o.id = i.order_id
    )
    SELECT
      (SELECT COALESCE(jsonb_agg(jsonb_build_object(
         'id', id, 'slug', slug, 'title', title, 'priceAmount', price_amount,
         'currency', currency, 'isOwned', is_owned) ORDER BY title, id), '[]')
       FROM wanted) AS courses,
      (SELECT stripe_customer_id
       FROM payment_customers
       JOIN buyer USING (user_id, livemode)) AS customer_id,
      (SELECT COALESCE(jsonb_agg(jsonb_build_object(
         'id', o.id, 'status', o.status, 'attempt', o.attempt, 'currency', o.currency,
         'stripeSessionId', o.stripe_session_id, 'createdAt', o.created_at,
         'expiresAt', o.expires_at,
         'items', (SELECT jsonb_agg(jsonb_build_object(
                     'courseId', i.course_id, 'slug', c.slug, 'title', i.title,
                     'priceAmount', i.price_amount) ORDER BY i.title, i.course_id)
                   FROM order_items i
                   JOIN courses c ON c.id = i.course_id
                   WHERE i.order_id = o.id)) ORDER BY o.created_at, o.id), '[]')
       FROM open_orders o) AS orders`;
  const { courses = [], customerId = null, orders = [] } = row ?? {};
  return {
    courses,
    customerId,
    orders: orders.map((order) => ({
      ...order,
      createdAt: new Date(order.createdAt),
      expiresAt: new Date(order.expiresAt),
    })),
  };
}

/**
 * Writes an order for courses at the prices that the database has, and gives it. All of them must
 * be for sale in one currency, and none owned yet, else nothing is written: null. Violates
 * order_items_one_open_key when another tab was faster.
 */
export async function insertOrder(
  database: Database,
  order: Buyer & { now: Date; expiresAt: Date },
): Promise<OpenOrder | null> {
  const { userId, courseIds, livemode, now, expiresAt } = order;
  const [row] = await database.write<OpenOrder[]>`
    WITH wanted AS (
      SELECT id, slug, title, price_amount, currency
      FROM courses
      WHERE id = ANY (${courseIds}::uuid[]) AND published_at IS NOT NULL
        AND NOT EXISTS (
          SELECT 1
          FROM entitlements e
          WHERE e.user_id = ${userId}::uuid AND e.course_id = courses.id
            AND e.livemode = ${livemode}::boolean
        )
    ), total AS (
      SELECT min(currency) AS currency, sum(price_amount)::integer AS amount
      FROM wanted
      HAVING count(*) = ${courseIds.length}::integer AND count(DISTINCT currency) = 1
    ), created AS (
      INSERT INTO orders (user_id, currency, subtotal_amount, total_amount, livemode,
                          terms_accepted_at, waiver_accepted_at, expires_at, created_at,
                          updated_at)
      SELECT ${userId}::uuid, currency, amount, amount, ${livemode}::boolean,
             ${now}::timestamptz, ${now}::timestamptz, ${expiresAt}::timestamptz,
             ${now}::timestamptz, ${now}::timestamptz
      FROM total
      RETURNING id, user_id, livemode, status, attempt, currency, stripe_session_id, created_at,
                expires_at
    ), items AS (
      INSERT INTO order_items (order_id, user_id, course_id, title, price_amount, livemode)
      SELECT created.id, created.user_id, wanted.id, wanted.title, wanted.price_amount,
             created.livemode
      FROM created
      CROSS JOIN wanted
      RETURNING course_id, title, price_amount
    )
    SELECT id, status, attempt, currency, stripe_session_id, created_at, expires_at,
           (SELECT jsonb_agg(jsonb_build_object(
              'courseId', items.course_id, 'slug', wanted.slug, 'title', items.title,
              'priceAmount', items.price_amount) ORDER BY items.title, items.course_id)
            FROM items
            JOIN wanted ON wanted.id = items.course_id) AS items
    FROM created`;
  return row ?? null;
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

/** Ends an order that has no session yet, unless it has got one meanwhile. */
export async function updateOrderExpiry(
  database: Database,
  order: { id: string; attempt: number; now: Date },
): Promise<void> {
  await database.write`
    UPDATE orders
    SET expires_at = ${order.now}, updated_at = ${order.now}, version = version + 1
    WHERE id = ${order.id}::uuid AND attempt = ${order.attempt}
      AND status = 'creating' AND stripe_session_id IS NULL`;
}

/** A person's customer at Stripe. */
interface Customer {
  userId: string;
  livemode: boolean;
  id: string;
}

/** Remembers a person's customer, unless there is one; gives the one that counts. */
export async function upsertCustomer(database: Database, customer: Customer): Promise<string> {
  const [row] = await database.write<{ stripeCustomerId: string }[]>`
    INSERT INTO payment_customers (user_id, livemode, stripe_customer_id)
    VALUES (${customer.userId}::uuid, ${customer.livemode}, ${customer.id})
    ON CONFLICT (user_id, livemode) DO UPDATE
    SET stripe_customer_id = payment_customers.stripe_customer_id
    RETURNING stripe_customer_id`;
  return row?.stripeCustomerId ?? customer.id;
}

/** Forgets a customer that Stripe does not know any more, unless another one counts by now. */
export async function deleteCustomer(database: Database, customer: Customer): Promise<void> {
  await database.write`
    DELETE FROM payment_customers
    WHERE user_id = ${customer.userId}::uuid AND livemode = ${customer.livemode}
      AND stripe_customer_id = ${customer.id}`;
}
