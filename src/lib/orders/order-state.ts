import type { ItemState, OrderRecord, OrderStatus } from "./order.ts";
import type { StripeFacts } from "./stripe-facts.ts";

/** What is to be written about an order. */
export interface Decision {
  status: OrderStatus;
  /** The state of every item, or null to leave each as it is. `owned` grants, `ended` revokes. */
  items: Exclude<ItemState, "open"> | null;
  mail: "receipt" | "payment-failed" | null;
  reviewReason: string | null;
  /** The same course was paid for twice: this payment is to be given back. */
  refundDuplicate: boolean;
  /** The facts are true of this order, so its amounts follow them. */
  acceptsFacts: boolean;
}

// One step at a time. An order may be seen after several of them, but never against them: facts
// that would need such a step are an old answer.
const NEXT: Record<OrderStatus, OrderStatus[]> = {
  creating: ["pending", "expired"],
  pending: ["paid", "processing", "expired", "duplicate_refunded"],
  processing: ["paid", "failed", "duplicate_refunded"],
  paid: ["partially_refunded", "refunded", "disputed"],
  partially_refunded: ["refunded", "disputed", "paid"],
  refunded: ["paid", "partially_refunded", "disputed"],
  disputed: ["paid", "partially_refunded", "refunded", "charged_back"],
  charged_back: ["paid", "partially_refunded"],
  failed: [],
  // We let go of an order whose session we never learnt of; if it was paid after all, money counts.
  expired: ["paid", "processing", "duplicate_refunded"],
  duplicate_refunded: [],
  review: [],
};

const GRANTS: readonly OrderStatus[] = ["paid", "partially_refunded"];
const ENDS: readonly OrderStatus[] = [
  "failed",
  "expired",
  "refunded",
  "disputed",
  "charged_back",
  "duplicate_refunded",
];

/** Whether an order can get from one state to the other, by any number of steps. */
export function canBecome(from: OrderStatus, to: OrderStatus): boolean {
  if (from === "review" || to === "review") return true;
  const seen = new Set<OrderStatus>([from]);
  for (const status of seen) for (const next of NEXT[status]) seen.add(next);
  return seen.has(to);
}

/**
 * Decides what becomes of an order, from Stripe's facts alone: pure, and the same however often and
 * in whatever order it is asked. `facts` is null when Stripe has no session for the order.
 */
export function decideOrder(order: OrderRecord, facts: StripeFacts | null, now: Date): Decision {
  if (order.source === "manual")
    return accept(order, order.status === "creating" ? "paid" : order.status);
  if (!facts) return accept(order, statusWithoutSession(order, now));
  const mismatch = findMismatch(order, facts);
  if (mismatch) return review(mismatch);
  const status = statusByFacts(facts);
  if (!canBecome(order.status, status) || isOldAnswer(order, facts, status))
    return { ...accept(order, order.status), acceptsFacts: false };
  if (GRANTS.includes(status) && order.isOwnedElsewhere) return giveBack(order, facts);
  return accept(order, status);
}

function giveBack(order: OrderRecord, facts: StripeFacts): Decision {
  if (order.paidAt) return review("The course is owned through another order meanwhile.");
  if (!facts.payment) return accept(order, "duplicate_refunded");
  return { ...accept(order, order.status), refundDuplicate: true };
}

function accept(order: OrderRecord, status: OrderStatus): Decision {
  const items = GRANTS.includes(status) ? "owned" : ENDS.includes(status) ? "ended" : null;
  const isFirstGrant = items === "owned" && !order.paidAt;
  const isFailure = status === "failed" && order.status !== "failed";
  return {
    status,
    items,
    mail: isFirstGrant ? "receipt" : isFailure ? "payment-failed" : null,
    reviewReason: status === "review" ? order.reviewReason : null,
    refundDuplicate: false,
    acceptsFacts: true,
  };
}

// Nothing is granted and nothing taken away until a person has looked.
function review(reason: string): Decision {
  return {
    status: "review",
    items: null,
    mail: null,
    reviewReason: reason,
    refundDuplicate: false,
    acceptsFacts: false,
  };
}

function statusWithoutSession(order: OrderRecord, now: Date): OrderStatus {
  const isWaiting = order.status === "creating" || order.status === "pending";
  // Stripe keeps its sessions: one it denies belongs to another account or a local Stripe since
  // reset.
  const isOver = order.stripeSessionId !== null || order.expiresAt <= now;
  return isWaiting && isOver ? "expired" : order.status;
}

function findMismatch(order: OrderRecord, facts: StripeFacts): string | null {
  const { payment } = facts;
  const net = facts.subtotalAmount - facts.discountAmount;
  if (facts.clientReferenceId !== order.id) return "The session belongs to another order.";
  if (facts.livemode !== order.livemode) return "Test and live mode are mixed.";
  if (facts.currency !== order.currency) return "The session's currency is not the order's.";
  if (facts.subtotalAmount !== order.subtotalAmount)
    return "The session's price is not the order's.";
  // Tax is in the price or on top of it, by the account's settings.
  if (![net, net + facts.taxAmount].includes(facts.totalAmount))
    return "The session's total does not follow from its parts.";
  if (facts.paymentStatus !== "paid" || !payment) return null;
  if (payment.currency !== order.currency) return "The payment's currency is not the order's.";
  if (payment.receivedAmount !== facts.totalAmount)
    return "The payment is not the session's total.";
  return null;
}

function statusByFacts(facts: StripeFacts): OrderStatus {
  const { sessionStatus, paymentStatus, totalAmount, payment } = facts;
  if (sessionStatus === "expired") return "expired";
  if (sessionStatus === "open") return "pending";
  if (paymentStatus === "unpaid")
    return payment && ["requires_payment_method", "canceled"].includes(payment.status)
      ? "failed"
      : "processing";
  if (payment?.dispute === "lost") return "charged_back";
  if (payment?.dispute === "open") return "disputed";
  if (!payment || payment.refundedAmount === 0) return "paid";
  if (payment.refundedAmount < totalAmount) return "partially_refunded";
  return payment.isDuplicateRefund ? "duplicate_refunded" : "refunded";
}

// Steps back to an earlier state happen for a reason that the facts show; without it they are old.
function isOldAnswer(order: OrderRecord, facts: StripeFacts, status: OrderStatus): boolean {
  const { payment } = facts;
  const lessRefunded = order.refundedAmount - (payment?.refundedAmount ?? 0);
  if (lessRefunded > 0 && lessRefunded > (payment?.failedRefundAmount ?? 0)) return true;
  const wasDisputed = order.status === "disputed" || order.status === "charged_back";
  const isDisputed = status === "disputed" || status === "charged_back";
  if (wasDisputed && !isDisputed) return payment?.dispute !== "won";
  return order.status === "charged_back" && status === "disputed";
}
