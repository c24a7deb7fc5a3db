import type { OrderRecord } from "./order.ts";
import type { StripeFacts } from "./stripe-facts.ts";

/** Why a session can't be the payment of an order. */
export interface Mismatch {
  reason: string;
  /** The session is this order's, though not as it was ordered. */
  isOurs: boolean;
}

/**
 * Compares what Stripe says with what was ordered. Null when all agrees, or when an admin has found
 * other amounts good.
 */
export function findMismatch(order: OrderRecord, facts: StripeFacts): Mismatch | null {
  if (facts.clientReferenceId !== order.id)
    return { reason: "The session belongs to another order.", isOurs: false };
  if (facts.livemode !== order.livemode)
    return { reason: "Test and live mode are mixed.", isOurs: false };
  const { payment } = facts;
  if (facts.currency !== order.currency)
    return { reason: "The session's currency is not the order's.", isOurs: true };
  if (payment && payment.currency !== order.currency)
    return { reason: "The payment's currency is not the order's.", isOurs: true };
  const reason = order.isReviewAccepted ? null : findWrongAmount(order, facts);
  return reason ? { reason, isOurs: true } : null;
}

function findWrongAmount(order: OrderRecord, facts: StripeFacts): string | null {
  const { payment } = facts;
  const net = facts.subtotalAmount - facts.discountAmount;
  if (facts.subtotalAmount !== order.subtotalAmount)
    return "The session's price is not the order's.";
  // Tax is in the price or on top of it, by the account's settings.
  if (![net, net + facts.taxAmount].includes(facts.totalAmount))
    return "The session's total does not follow from its parts.";
  if (facts.paymentStatus === "paid" && payment && payment.receivedAmount !== facts.totalAmount)
    return "The payment is not the session's total.";
  return null;
}
