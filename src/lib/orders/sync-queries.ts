import type { Database } from "#lib/services/database.ts";
import type { Decision } from "./decide-order.ts";
import type { OrderRecord } from "./order.ts";
import { refundedAmount, type StripeFacts } from "./stripe-facts.ts";

/** An order as `syncOrder` compares it with Stripe, or null. */
export async function findOrderRecord(
  database: Database,
  orderId: string,
): Promise<OrderRecord | null> {
  const [order] = await database.read<OrderRecord[]>`
    SELECT o.id, o.user_id, o.source, o.status, o.currency, o.subtotal_amount, o.discount_amount,
           o.tax_amount, o.total_amount, o.refunded_amount, o.livemode, o.attempt,
           o.stripe_session_id, o.stripe_session_url, o.stripe_payment_intent_id,
           o.stripe_invoice_id, o.stripe_invoice_url, c.stripe_customer_id, o.review_reason,
           o.review_accepted_at IS NOT NULL AS is_review_accepted,
           o.withdrawn_at IS NOT NULL AS is_withdrawn,
           o.created_at, o.expires_at, o.paid_at, o.version,
           (SELECT jsonb_agg(jsonb_build_object(
              'id', i.id, 'courseId', i.course_id, 'priceAmount', i.price_amount,
              'paidAmount', i.paid_amount, 'refundedAmount', i.refunded_amount, 'state', i.state,
              'isOwnedElsewhere', EXISTS (
                SELECT 1
                FROM order_items other
                WHERE other.user_id = i.user_id AND other.course_id = i.course_id
                  AND other.livemode = i.livemode AND other.order_id <> o.id
                  AND other.state = 'owned')) ORDER BY i.title, i.id)
            FROM order_items i
            WHERE i.order_id = o.id) AS items,
           (SELECT COALESCE(jsonb_agg(jsonb_build_object(
              'id', r.id, 'source', r.source, 'status', r.status, 'amount', r.amount,
              'attempt', r.attempt, 'stripeRefundId', r.stripe_refund_id, 'items', (
                SELECT COALESCE(jsonb_agg(jsonb_build_object(
                  'itemId', ri.order_item_id, 'amount', ri.amount)), '[]')
                FROM refund_items ri
                WHERE ri.refund_id = r.id)) ORDER BY r.created_at), '[]')
            FROM refunds r
            WHERE r.order_id = o.id) AS refunds
    FROM orders o
    LEFT JOIN payment_customers c ON c.user_id = o.user_id AND c.livemode = o.livemode
    WHERE o.id = ${orderId}::uuid`;
  return order ?? null;
}

/** The Stripe event that a write belongs to. */
export interface EventRecord {
  id: string;
  type: string;
  createdAt: Date;
}

/** What is to be written about an order, and why. */
export interface OrderChange {
  order: OrderRecord;
  facts: StripeFacts | null;
  decision: Decision;
  event: EventRecord | null;
  now: Date;
}

/**
 * Writes a decision with everything that follows from it, in one statement: order, items,
 * entitlements, refunds, mail, history and event all change, or none does. Gives false when the
 * order was changed since `order` was read. A unique violation means that another order took the
 * course meanwhile.
 */
export async function applyDecision(database: Database, change: OrderChange): Promise<boolean> {
  const { order, facts, decision, event, now } = change;
  const amounts = amountsOf(change);
  const refunds = decision.acceptsRefunds ? (facts?.payment?.refunds ?? []) : [];
  const isGranting = decision.items.some(({ state }) => state === "owned");
  const history = historyOf(change);
  const rows = await database.write<{ id: string }[]>`
    WITH changed AS (
      UPDATE orders
      SET status = ${decision.status}, review_reason = ${decision.reviewReason},
          discount_amount = ${amounts.discount}, tax_amount = ${amounts.tax},
          total_amount = ${amounts.total}, refunded_amount = ${amounts.refunded},
          stripe_session_id = ${facts?.sessionId ?? order.stripeSessionId},
          stripe_session_url = ${facts?.url ?? order.stripeSessionUrl},
          stripe_payment_intent_id = ${facts?.payment?.intentId ?? order.stripePaymentIntentId},
          stripe_invoice_id = ${facts?.invoice?.id ?? order.stripeInvoiceId},
          stripe_invoice_url = ${facts?.invoice?.url ?? order.stripeInvoiceUrl},
          paid_at = CASE
            WHEN ${isGranting}::boolean THEN COALESCE(paid_at, ${now}::timestamptz) ELSE paid_at
          END,
          synced_at = ${now}, updated_at = ${now}, version = version + 1
      WHERE id = ${order.id}::uuid AND version = ${order.version}
      RETURNING id, user_id, livemode
    ), items AS (
      UPDATE order_items
      SET state = decided.state, paid_amount = decided."paidAmount",
          refunded_amount = decided."refundedAmount"
      FROM changed, jsonb_to_recordset(${JSON.stringify(decision.items)}::jsonb)
        AS decided (id uuid, state text, "paidAmount" integer, "refundedAmount" integer)
      WHERE order_items.order_id = changed.id AND order_items.id = decided.id
      RETURNING order_items.id, order_items.user_id, course_id, order_items.livemode,
                order_items.state
    ), granted AS (
      INSERT INTO entitlements (user_id, course_id, livemode, order_item_id, granted_at)
      SELECT user_id, course_id, livemode, id, ${now}::timestamptz FROM items WHERE state = 'owned'
      ON CONFLICT (order_item_id) DO NOTHING
    ), revoked AS (
      DELETE FROM entitlements
      USING items
      WHERE entitlements.order_item_id = items.id AND items.state = 'ended'
    ), told AS (
      SELECT changed.id AS order_id, told.*
      FROM changed, jsonb_to_recordset(${JSON.stringify(refunds)}::jsonb)
        AS told ("stripeId" text, "ownId" uuid, amount integer, status text,
                 "failureReason" text, "createdAt" timestamptz)
    ), known AS (
      UPDATE refunds
      SET stripe_refund_id = told."stripeId", status = told.status, amount = told.amount,
          failure_reason = told."failureReason", updated_at = ${now}
      FROM told
      WHERE refunds.order_id = told.order_id
        AND (refunds.stripe_refund_id = told."stripeId"
          OR (refunds.id = told."ownId" AND refunds.stripe_refund_id IS NULL))
      RETURNING refunds.stripe_refund_id
    ), learnt AS (
      INSERT INTO refunds (order_id, source, status, amount, failure_reason, stripe_refund_id,
                           created_at, updated_at)
      SELECT order_id, 'stripe', status, amount, "failureReason", "stripeId", "createdAt", ${now}
      FROM told
      WHERE "stripeId" NOT IN (SELECT stripe_refund_id FROM known)
      ON CONFLICT (stripe_refund_id) DO NOTHING
    ), mailed AS (
      INSERT INTO outbox (dedupe_key, template, recipient, parameters, next_attempt_at)
      SELECT mail.key, mail.template, users.email,
             jsonb_strip_nulls(jsonb_build_object(
               'orderId', changed.id, 'stripeRefundId', mail."stripeRefundId")),
             ${now}::timestamptz
      FROM changed
      JOIN users ON users.id = changed.user_id
      CROSS JOIN jsonb_to_recordset(${JSON.stringify(decision.mails)}::jsonb)
        AS mail (template text, key text, "stripeRefundId" text)
      ON CONFLICT (dedupe_key) DO NOTHING
    ), recorded AS (
      INSERT INTO order_history (order_id, change, detail, happened_at)
      SELECT id, 'status', ${JSON.stringify(history)}::jsonb, ${now}::timestamptz
      FROM changed
      WHERE ${history !== null}::boolean
    ), noted AS (
      INSERT INTO stripe_events (id, type, order_id, livemode, created_at, received_at)
      SELECT ${event?.id ?? null}::text, ${event?.type ?? null}::text, changed.id, changed.livemode,
             ${event?.createdAt ?? null}::timestamptz, ${now}::timestamptz
      FROM changed
      WHERE ${event?.id ?? null}::text IS NOT NULL
      ON CONFLICT (id) DO NOTHING
    )
    SELECT id FROM changed`;
  return rows.length > 0;
}

interface Amounts {
  discount: number;
  tax: number;
  total: number;
  refunded: number;
}

// Facts that were found to be old or wrong change no amount.
function amountsOf({ order, facts, decision }: OrderChange): Amounts {
  if (!facts || !decision.acceptsAmounts)
    return {
      discount: order.discountAmount,
      tax: order.taxAmount,
      total: order.totalAmount,
      refunded: order.refundedAmount,
    };
  return {
    discount: facts.discountAmount,
    tax: facts.taxAmount,
    total: facts.totalAmount,
    refunded: refundedAmount(facts.payment),
  };
}

// What an operator reads later: the step and the facts that led to it. Null when nothing changed.
function historyOf(change: OrderChange): object | null {
  const { order, facts, decision, event } = change;
  const amounts = amountsOf(change);
  const isSame =
    order.status === decision.status &&
    order.reviewReason === decision.reviewReason &&
    order.totalAmount === amounts.total &&
    order.refundedAmount === amounts.refunded;
  if (isSame) return null;
  return {
    from: order.status,
    to: decision.status,
    reason: decision.reviewReason,
    total: amounts.total,
    refunded: amounts.refunded,
    session: facts && `${facts.sessionStatus}, ${facts.paymentStatus}`,
    payment: facts?.payment?.status ?? null,
    dispute: facts?.payment?.dispute ?? null,
    event: event?.type ?? null,
  };
}
