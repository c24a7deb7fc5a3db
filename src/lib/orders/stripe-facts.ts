import type { Stripe } from "#lib/services/stripe.ts";

/**
 * What Stripe says of one Checkout session, reduced to what decides an order. Amounts in minor
 * units.
 */
export interface StripeFacts {
  sessionId: string;
  sessionStatus: "open" | "complete" | "expired";
  /** `no_payment_required` is paid: a discount took the whole price. */
  paymentStatus: "paid" | "unpaid" | "no_payment_required";
  clientReferenceId: string | null;
  livemode: boolean;
  currency: string;
  subtotalAmount: number;
  discountAmount: number;
  taxAmount: number;
  totalAmount: number;
  url: string | null;
  expiresAt: Date;
  payment: PaymentFacts | null;
}

export interface PaymentFacts {
  intentId: string;
  status: string;
  currency: string;
  receivedAmount: number;
  /** Refunds that Stripe made or is making. */
  refundedAmount: number;
  /** Refunds that did not go through: the money is ours again. */
  failedRefundAmount: number;
  /** We gave the money back because the course was already owned. */
  isDuplicateRefund: boolean;
  dispute: DisputeOutcome;
}

/** `none` holds inquiries too: they take no money. */
export type DisputeOutcome = "none" | "open" | "won" | "lost";

/** Marks a refund that `syncOrder` made itself. */
export const DUPLICATE_REFUND = "duplicate-purchase";

/** How to call Stripe: patiently, or with a single short try. */
export type StripeCall = <T>(call: (stripe: Stripe) => Promise<T>) => Promise<T>;

const EXPAND = ["payment_intent.latest_charge.refunds"];

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
    payment: await readPayment(ask, session.payment_intent),
  };
}

async function readPayment(
  ask: StripeCall,
  intent: string | Stripe.PaymentIntent | null,
): Promise<PaymentFacts | null> {
  if (!intent || typeof intent === "string") return null;
  const charge = typeof intent.latest_charge === "string" ? null : intent.latest_charge;
  const refunds = charge?.refunds?.data ?? [];
  const failed = refunds.filter(({ status }) => status === "failed" || status === "canceled");
  return {
    intentId: intent.id,
    status: intent.status,
    currency: intent.currency,
    receivedAmount: intent.amount_received,
    refundedAmount: charge?.amount_refunded ?? 0,
    failedRefundAmount: failed.reduce((sum, { amount }) => sum + amount, 0),
    isDuplicateRefund: refunds.some(({ metadata }) => metadata?.reason === DUPLICATE_REFUND),
    dispute: charge?.disputed ? await readDispute(ask, intent.id) : "none",
  };
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
