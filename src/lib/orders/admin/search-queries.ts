import type { Database } from "#lib/services/database.ts";
import type { OrderStatus } from "../order.ts";

/** The most orders that one page of a search has. */
export const PAGE_SIZE = 25;

/** What an admin looks for. */
export interface OrderSearch {
  /** An order's number or id, an e-mail address, a course's slug or one of Stripe's ids; or "". */
  text: string;
  status: OrderStatus | null;
  source: "stripe" | "manual" | null;
  livemode: boolean;
  /** The number of the last order of the page before. */
  after: string | null;
}

/** One line of a list of orders. Amounts in minor units. */
export interface OrderRow {
  id: string;
  number: string;
  source: "stripe" | "manual";
  status: OrderStatus;
  currency: string;
  totalAmount: number;
  refundedAmount: number;
  reviewReason: string | null;
  createdAt: Date;
  email: string;
  titles: string[];
}

/** One page of a search, newest first. */
export interface OrderPage {
  orders: OrderRow[];
  next: string | null;
}

// Only whole values: each has its index, and a search never reads a table through.
const TERMS = {
  number: /^#?(\d{1,18})$/,
  email: /^(\S+@\S+)$/,
  orderId: /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/,
  session: /^(cs_\w+)$/,
  payment: /^(pi_\w+)$/,
  invoice: /^(in_\w+)$/,
  refund: /^((?:re|pyr)_\w+)$/,
  course: /^([a-z0-9]+(?:-[a-z0-9]+)*)$/,
} as const;
type Term = keyof typeof TERMS;

/** Orders that fit, newest first; none when the text can be nothing that orders are found by. */
export async function searchOrders(database: Database, search: OrderSearch): Promise<OrderPage> {
  const text = search.text.trim();
  const term = findTerm(text);
  if (text !== "" && !term) return { orders: [], next: null };
  const rows = term
    ? await listFoundOrders(database, search, term)
    : await listAllOrders(database, search);
  const orders = rows.slice(0, PAGE_SIZE);
  const last = rows.length > PAGE_SIZE ? orders.at(-1) : undefined;
  return { orders, next: last?.number ?? null };
}

async function listAllOrders(database: Database, search: OrderSearch): Promise<OrderRow[]> {
  return database.read<OrderRow[]>`
    SELECT o.id, o.number, o.source, o.status, o.currency, o.total_amount, o.refunded_amount,
           o.review_reason, o.created_at, users.email,
           (SELECT jsonb_agg(title ORDER BY title) FROM order_items WHERE order_id = o.id) AS titles
    FROM orders o
    JOIN users ON users.id = o.user_id
    WHERE o.livemode = ${search.livemode}::boolean
      AND (${search.status}::text IS NULL OR o.status = ${search.status})
      AND (${search.source}::text IS NULL OR o.source = ${search.source})
      AND (${search.after}::bigint IS NULL OR o.number < ${search.after}::bigint)
    ORDER BY o.number DESC
    LIMIT ${PAGE_SIZE + 1}`;
}

// A statement of its own: with "or everything" beside it, PostgreSQL reads all orders to find a few.
async function listFoundOrders(
  database: Database,
  search: OrderSearch,
  term: { name: Term; value: string },
): Promise<OrderRow[]> {
  const by = (name: Term) => (term.name === name ? term.value : null);
  return database.read<OrderRow[]>`
    WITH found AS (
      SELECT id FROM orders WHERE number = ${by("number")}::bigint
      UNION
      SELECT id FROM orders WHERE id = ${by("orderId")}::uuid
      UNION
      SELECT id FROM orders WHERE stripe_session_id = ${by("session")}
      UNION
      SELECT id FROM orders WHERE stripe_payment_intent_id = ${by("payment")}
      UNION
      SELECT id FROM orders WHERE stripe_invoice_id = ${by("invoice")}
      UNION
      SELECT order_id FROM refunds WHERE stripe_refund_id = ${by("refund")}
      UNION
      SELECT o.id FROM users JOIN orders o ON o.user_id = users.id WHERE users.email = ${by("email")}
      UNION
      SELECT i.order_id
      FROM courses
      JOIN order_items i ON i.course_id = courses.id
      WHERE courses.slug = ${by("course")}
    )
    SELECT o.id, o.number, o.source, o.status, o.currency, o.total_amount, o.refunded_amount,
           o.review_reason, o.created_at, users.email,
           (SELECT jsonb_agg(title ORDER BY title) FROM order_items WHERE order_id = o.id) AS titles
    FROM found
    JOIN orders o ON o.id = found.id
    JOIN users ON users.id = o.user_id
    WHERE o.livemode = ${search.livemode}::boolean
      AND (${search.status}::text IS NULL OR o.status = ${search.status})
      AND (${search.source}::text IS NULL OR o.source = ${search.source})
      AND (${search.after}::bigint IS NULL OR o.number < ${search.after}::bigint)
    ORDER BY o.number DESC
    LIMIT ${PAGE_SIZE + 1}`;
}

/** Orders that wait for a person, the longest waiting first, 50 at most. */
export async function listOrdersForCare(
  database: Database,
  livemode: boolean,
): Promise<(OrderRow & { care: "review" | "disputed" | "refund-failed" })[]> {
  return database.read`
    WITH waiting AS (
      SELECT id, status AS care FROM orders WHERE status IN ('review', 'disputed')
      UNION
      SELECT failed.order_id, 'refund-failed'
      FROM refunds failed
      JOIN orders ON orders.id = failed.order_id AND orders.status NOT IN ('review', 'disputed')
      WHERE failed.status = 'failed' AND NOT EXISTS (
        SELECT 1
        FROM refunds later
        WHERE later.order_id = failed.order_id AND later.created_at > failed.created_at)
    )
    SELECT o.id, o.number, o.source, o.status, o.currency, o.total_amount, o.refunded_amount,
           o.review_reason, o.created_at, users.email, waiting.care,
           (SELECT jsonb_agg(title ORDER BY title) FROM order_items WHERE order_id = o.id) AS titles
    FROM waiting
    JOIN orders o ON o.id = waiting.id AND o.livemode = ${livemode}::boolean
    JOIN users ON users.id = o.user_id
    ORDER BY o.updated_at, o.id
    LIMIT 50`;
}

function findTerm(text: string): { name: Term; value: string } | null {
  for (const [name, pattern] of Object.entries(TERMS) as [Term, RegExp][]) {
    const value = pattern.exec(text)?.[1];
    if (value !== undefined) return { name, value: name === "email" ? value.toLowerCase() : value };
  }
  return null;
}
