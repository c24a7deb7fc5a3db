import type { Stripe } from "#lib/services/stripe.ts";
import { isUuid } from "#lib/uuid.ts";
import type { DisputeOutcome, PaymentFacts, RefundFacts, StripeFacts } from "./stripe-facts.ts";

/** How to call Stripe: patiently, or with a single short try. */
export type StripeCall = <T>(call: (stripe: Stripe) => Promise<T>) => Promise<T>;

const EXPAND = ["payment_intent.latest_charge.refunds", "invoice"];

/** Asks Stripe for the facts of a session. Null when Stripe knows no such session. */
export async function retrieveFacts(
  ask: StripeCall,
  sessionId: string,
): Promise<StripeFacts | null> {
  try {
    const session = await ask((stripe) =>
      stripe.checkout.sessions.retrieve(sessionId, { expand: EXPAND }),
    );
    return await readFacts(ask, session);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/**
 * Looks for the session of an order whose id was never stored: the answer was lost, or the order
 * was not. Null when Stripe has made none for it.
 */
export async function findFacts(
  ask: StripeCall,
  order: { id: string; stripeCustomerId: string | null; createdAt: Date },
): Promise<StripeFacts | null> {
  if (!order.stripeCustomerId) return null;
  const customer = order.stripeCustomerId;
  // A minute earlier: our clock and Stripe's need not agree.
  const gte = Math.floor(order.createdAt.getTime() / 1000) - 60;
  const sessions = await ask((stripe) =>
    stripe.checkout.sessions.list({ customer, created: { gte }, limit: 100 }),
  );
  const session = sessions.data.find((each) => each.client_reference_id === order.id);
  return session ? retrieveFacts(ask, session.id) : null;
}

/**
 * Whether Stripe refused because what was asked for does not exist; `param` names which, if given.
 */
export function isMissing(error: unknown, param?: string): boolean {
  const { code, param: missing } = error as { code?: string; param?: string };
  return code === "resource_missing" && (param === undefined || missing === param);
}

async function readFacts(ask: StripeCall, session: Stripe.Checkout.Session): Promise<StripeFacts> {
  return {
    sessionId: session.id,
    sessionStatus: (session.status ?? "open") as StripeFacts["sessionStatus"],
    paymentStatus: session.payment_status as StripeFacts["paymentStatus"],
    clientReferenceId: session.client_reference_id,
    livemode: session.livemode,
    currency: session.currency ?? "",
    subtotalAmount: session.amount_subtotal ?? 0,
    discountAmount: session.total_details?.amount_discount ?? 0,
    taxAmount: session.total_details?.amount_tax ?? 0,
    totalAmount: session.amount_total ?? 0,
    url: session.url,
    expiresAt: new Date(session.expires_at * 1000),
    invoice: readInvoice(session.invoice),
    payment: await readPayment(ask, session.payment_intent),
  };
}

async function readPayment(
  ask: StripeCall,
  intent: string | Stripe.PaymentIntent | null,
): Promise<PaymentFacts | null> {
  if (!intent || typeof intent === "string") return null;
  const charge = typeof intent.latest_charge === "string" ? null : intent.latest_charge;
  return {
    intentId: intent.id,
    status: intent.status,
    currency: intent.currency,
    receivedAmount: intent.amount_received,
    refunds: await readRefunds(ask, intent.id, charge?.refunds ?? null),
    dispute: charge?.disputed ? await readDispute(ask, intent.id) : "none",
  };
}

// An expanded list holds ten; the rest is asked for.
async function readRefunds(
  ask: StripeCall,
  intentId: string,
  expanded: Stripe.ApiList<Stripe.Refund> | null,
): Promise<RefundFacts[]> {
  const refunds = expanded?.has_more
    ? await ask((stripe) => stripe.refunds.list({ payment_intent: intentId, limit: 100 }))
    : expanded;
  return (refunds?.data ?? []).map((refund) => {
    const ownId = refund.metadata?.refund_id;
    return {
      stripeId: refund.id,
      ownId: isUuid(ownId) ? ownId : null,
      amount: refund.amount,
      status: (refund.status ?? "pending") as RefundFacts["status"],
      failureReason: refund.failure_reason ?? null,
      createdAt: new Date(refund.created * 1000),
    };
  });
}

function readInvoice(invoice: Stripe.Checkout.Session["invoice"]): StripeFacts["invoice"] {
  if (!invoice) return null;
  if (typeof invoice === "string") return { id: invoice, url: null };
  return { id: invoice.id, url: invoice.hosted_invoice_url ?? null };
}

async function readDispute(ask: StripeCall, intentId: string): Promise<DisputeOutcome> {
  const disputes = await ask((stripe) => stripe.disputes.list({ payment_intent: intentId }));
  const outcomes = disputes.data.map(({ status }) => OUTCOME_OF_DISPUTE[status] ?? "none");
  return (["lost", "open", "won"] as const).find((one) => outcomes.includes(one)) ?? "none";
}

// An appeal follows a loss, and the money stays away until it is won.
const OUTCOME_OF_DISPUTE: Record<string, DisputeOutcome> = {
  needs_response: "open",
  under_review: "open",
  won: "won",
  lost: "lost",
  appeal_needs_response: "lost",
  appeal_under_review: "lost",
};
