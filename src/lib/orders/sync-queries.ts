import type { Database } from "#lib/services/database.ts";
import type { Decision } from "./order-state.ts";
import type { OrderRecord, OrderStatus } from "./order.ts";
import type { StripeFacts } from "./stripe-facts.ts";

/** An order as `syncOrder` compares it with Stripe, or null. */
export async function findOrderRecord(
  database: Database,
  orderId: string,
): Promise<OrderRecord | null> {
  const [order] = await database.read<OrderRecord[]>`
    SELECT o.id, o.user_id, o.source, o.status, o.currency, o.subtotal_amount, o.discount_amount,
           o.tax_amount, o.total_amount, o.refunded_amount, o.livemode, o.attempt,
           o.stripe_session_id, o.stripe_session_url, o.stripe_payment_intent_id,
           c.stripe_customer_id, o.review_reason, o.created_at, o.expires_at, o.paid_at, o.version,
           EXISTS (
             SELECT 1
             FROM order_items mine
             JOIN order_items other USING (user_id, course_id, livemode)
             WHERE mine.order_id = o.id AND other.order_id <> o.id AND other.state = 'owned'
           ) AS is_owned_elsewhere
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

/**
 * Writes a decision with everything that follows from it, in one statement: order, items,
 * entitlements, mail and event all change, or none does. Gives false when the order was changed
 * since `order` was read. A unique violation means that another order took the course meanwhile.
 */
export async function applyDecision(
  database: Database,
  change: {
    order: OrderRecord;
    facts: StripeFacts | null;
    decision: Decision;
    event: EventRecord | null;
    now: Date;
  },
): Promise<boolean> {
  const { order, decision, event, now } = change;
  const amounts = amountsOf(change);
  const rows = await database.write<{ id: string }[]>`
    WITH changed AS (
      UPDATE orders
      SET status = ${decision.status}, review_reason = ${decision.reviewReason},
          discount_amount = ${amounts.discount}, tax_amount = ${amounts.tax},
          total_amount = ${amounts.total}, refunded_amount = ${amounts.refunded},
          stripe_session_id = ${change.facts?.sessionId ?? order.stripeSessionId},
          stripe_session_url = ${change.facts?.url ?? order.stripeSessionUrl},
          stripe_payment_intent_id =
            ${change.facts?.payment?.intentId ?? order.stripePaymentIntentId},
          paid_at = CASE
            WHEN ${decision.items}::text = 'owned' THEN COALESCE(paid_at, ${now}::timestamptz)
            ELSE paid_at
          END,
          synced_at = ${now}, updated_at = ${now}, version = version + 1
      WHERE id = ${order.id}::uuid AND version = ${order.version}
      RETURNING id, user_id, livemode
    ), items AS (
      UPDATE order_items
      SET state = COALESCE(${decision.items}::text, state),
          refunded_amount = CASE
            WHEN ${isRefunded(decision.status)}::boolean THEN price_amount ELSE refunded_amount
          END
      FROM changed
      WHERE order_items.order_id = changed.id
      RETURNING order_items.id, order_items.user_id, course_id, order_items.livemode, state
    ), granted AS (
      INSERT INTO entitlements (user_id, course_id, livemode, order_item_id, granted_at)
      SELECT user_id, course_id, livemode, id, ${now}::timestamptz FROM items WHERE state = 'owned'
      ON CONFLICT (order_item_id) DO NOTHING
    ), revoked AS (
      DELETE FROM entitlements
      USING items
      WHERE entitlements.order_item_id = items.id AND items.state = 'ended'
    ), mailed AS (
      INSERT INTO outbox (dedupe_key, template, recipient, parameters, next_attempt_at)
      SELECT ${decision.mail}::text || ':' || changed.id, ${decision.mail}::text, users.email,
             jsonb_build_object('orderId', changed.id), ${now}::timestamptz
      FROM changed
      JOIN users ON users.id = changed.user_id
      WHERE ${decision.mail}::text IS NOT NULL
      ON CONFLICT (dedupe_key) DO NOTHING
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
function amountsOf(change: {
  order: OrderRecord;
  facts: StripeFacts | null;
  decision: Decision;
}): Amounts {
  const { order, facts, decision } = change;
  if (!facts || !decision.acceptsFacts)
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
    refunded: facts.payment?.refundedAmount ?? 0,
  };
}

function isRefunded(status: OrderStatus): boolean {
  return status === "refunded" || status === "duplicate_refunded";
}
