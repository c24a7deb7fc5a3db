import type { Database } from "#lib/services/database.ts";
import type { OrderView } from "../order.ts";

/** An order with what only an admin sees of it. */
export interface AdminOrder extends OrderView {
  userId: string;
  name: string;
  email: string;
  livemode: boolean;
  stripeSessionId: string | null;
  stripePaymentIntentId: string | null;
  stripeInvoiceId: string | null;
  stripeCustomerId: string | null;
  reviewReason: string | null;
  grantReason: string | null;
  withdrawnAt: Date | null;
  syncedAt: Date | null;
  termsAcceptedAt: Date | null;
  waiverAcceptedAt: Date | null;
  /** Refunds from the Dashboard that nobody has said the courses of. */
  unassignedRefundIds: string[];
}

/** One thing that happened to an order. */
export interface StoryLine {
  at: Date;
  /** A change of the order, an event from Stripe or a mail. */
  kind: "change" | "event" | "mail";
  /** Which change, the event's type or the mail's template. */
  what: string;
  detail: Record<string, unknown>;
  /** The address of who did it; null for the shop itself. */
  by: string | null;
}

/** An order as an admin sees it, or null. */
export async function findAdminOrder(
  database: Database,
  orderId: string,
): Promise<AdminOrder | null> {
  const [order] = await database.read<AdminOrder[]>`
    SELECT v.id, v.number, v.source, v.status, v.currency, v.subtotal_amount, v.discount_amount,
           v.tax_amount, v.total_amount, v.refunded_amount, v.stripe_session_url,
           v.stripe_invoice_url, v.created_at, v.expires_at, v.paid_at, v.items, v.refunds,
           o.user_id, users.name, users.email, o.livemode, o.stripe_session_id,
           o.stripe_payment_intent_id, o.stripe_invoice_id, c.stripe_customer_id, o.review_reason,
           o.grant_reason, o.withdrawn_at, o.synced_at, o.terms_accepted_at, o.waiver_accepted_at,
           (SELECT COALESCE(jsonb_agg(r.id ORDER BY r.created_at), '[]')
            FROM refunds r
            WHERE r.order_id = o.id AND r.status NOT IN ('failed', 'canceled')
              AND NOT EXISTS (SELECT FROM refund_items i WHERE i.refund_id = r.id)
           ) AS unassigned_refund_ids
    FROM order_views v
    JOIN orders o ON o.id = v.id
    JOIN users ON users.id = o.user_id
    LEFT JOIN payment_customers c ON c.user_id = o.user_id AND c.livemode = o.livemode
    WHERE v.id = ${orderId}::uuid`;
  return order ?? null;
}

/** All that is known to have happened to an order, oldest first, 500 lines at most. */
export async function listStory(database: Database, orderId: string): Promise<StoryLine[]> {
  return database.read<StoryLine[]>`
    SELECT story.at, story.kind, story.what, story.detail, users.email AS by
    FROM (
      SELECT created_at AS at, 0 AS place, 'change' AS kind, 'order.begin' AS what,
             jsonb_build_object('total', total_amount) AS detail, NULL::uuid AS actor_id
      FROM orders
      WHERE id = ${orderId}::uuid AND source = 'stripe'
      UNION ALL
      SELECT happened_at, 2, 'change', change, detail, actor_id
      FROM order_history
      WHERE order_id = ${orderId}::uuid
      UNION ALL
      SELECT received_at, 1, 'event', type, jsonb_build_object('id', id, 'madeAt', created_at), NULL
      FROM stripe_events
      WHERE order_id = ${orderId}::uuid
      UNION ALL
      SELECT COALESCE(sent_at, failed_at, created_at), 3, 'mail', template,
             jsonb_build_object('to', recipient, 'state', CASE
               WHEN sent_at IS NOT NULL THEN 'sent'
               WHEN failed_at IS NOT NULL THEN 'failed'
               ELSE 'waiting'
             END),
             NULL
      FROM outbox
      WHERE parameters ->> 'orderId' = ${orderId}
    ) story
    LEFT JOIN users ON users.id = story.actor_id
    ORDER BY story.at, story.place
    LIMIT 500`;
}
