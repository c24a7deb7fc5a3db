import { decideItems, type ItemDecision } from "./decide-items.ts";
import { decideMails, type MailDecision } from "./decide-mails.ts";
import { findMismatch } from "./find-mismatch.ts";
import { canBecome, ENDED, GRANTING } from "./order-state.ts";
import type { ItemRecord, OrderRecord, OrderStatus } from "./order.ts";
import { isActive, refundedAmount, type StripeFacts } from "./stripe-facts.ts";

/** What is to be written about an order. */
export interface Decision {
  status: OrderStatus;
  /** What becomes of items; one that is not named stays as it is. `owned` grants, `ended` revokes. */
  items: ItemDecision[];
  mails: MailDecision[];
  reviewReason: string | null;
  /** Items that were paid for though another order gives access to them: their money goes back. */
  duplicates: { itemId: string; amount: number }[];
  /** The order's amounts follow the facts. */
  acceptsAmounts: boolean;
  /** The facts' refunds are this order's, and newer than what we know. */
  acceptsRefunds: boolean;
}

/**
 * Decides what becomes of an order, from Stripe's facts alone: pure, and the same however often and
 * in whatever order it is asked. `facts` is null when Stripe has no session for the order.
 */
export function decideOrder(order: OrderRecord, facts: StripeFacts | null, now: Date): Decision {
  if (order.source === "manual") return decideGrant(order);
  if (!facts) return leave(order, statusWithoutSession(order, now));
  const status = statusByFacts(order, facts);
  const mismatch = findMismatch(order, facts);
  if (mismatch && !mismatch.isOurs) return review(mismatch.reason);
  if (isOldAnswer(order, facts, status)) return leave(order, order.status);
  // There is nothing to argue about what was all given back.
  if (mismatch && status !== "refunded")
    return { ...review(mismatch.reason), acceptsRefunds: true };
  return decidePayment(order, facts, status);
}

function decidePayment(order: OrderRecord, facts: StripeFacts, status: OrderStatus): Decision {
  const plan = decideItems(order, facts, status);
  const accepted = { acceptsAmounts: true, acceptsRefunds: true };
  if (plan.conflict) return { ...review(plan.conflict), ...accepted };
  // Nothing was paid for courses that are all owned already: a code took the whole price.
  const isAllOwned =
    GRANTING.includes(status) &&
    plan.duplicates.length === 0 &&
    plan.items.every(({ state }) => state === "ended");
  const end = isAllOwned ? "duplicate_refunded" : status;
  return {
    ...leave(order, end),
    ...accepted,
    items: plan.items,
    mails: decideMails(order, facts, end, plan.items),
    duplicates: plan.duplicates,
  };
}

// A grant by hand has no payment: the order itself says what is to be.
function decideGrant(order: OrderRecord): Decision {
  const open = order.items.filter(({ isOwnedElsewhere }) => !isOwnedElsewhere);
  const status = order.isWithdrawn
    ? "refunded"
    : order.paidAt || open.length > 0
      ? "paid"
      : "duplicate_refunded";
  const owned = status === "paid" ? open : [];
  const items = order.items.map((item): ItemDecision => ({
    id: item.id,
    state: owned.includes(item) ? "owned" : "ended",
    paidAmount: 0,
    refundedAmount: 0,
  }));
  const isNew = owned.length > 0 && !order.paidAt;
  const mails: MailDecision[] = isNew ? [{ template: "grant", key: `grant:${order.id}` }] : [];
  return { ...leave(order, status), items, mails };
}

// The status alone, with what it means for every item.
function leave(order: OrderRecord, status: OrderStatus): Decision {
  const hasEnded = ENDED.includes(status);
  return {
    status,
    items: hasEnded ? order.items.map(endItem) : [],
    mails: [],
    reviewReason: status === "review" ? order.reviewReason : null,
    duplicates: [],
    acceptsAmounts: false,
    acceptsRefunds: false,
  };
}

function endItem({ id, paidAmount, refundedAmount }: ItemRecord): ItemDecision {
  return { id, state: "ended", paidAmount, refundedAmount };
}

// Nothing is granted and nothing taken away until a person has looked.
function review(reason: string): Decision {
  return {
    status: "review",
    items: [],
    mails: [],
    reviewReason: reason,
    duplicates: [],
    acceptsAmounts: false,
    acceptsRefunds: false,
  };
}

function statusWithoutSession(order: OrderRecord, now: Date): OrderStatus {
  const isWaiting = order.status === "creating" || order.status === "pending";
  // Stripe keeps its sessions: one it denies belongs to another account or a local Stripe since
  // reset.
  const isOver = order.stripeSessionId !== null || order.expiresAt <= now;
  return isWaiting && isOver ? "expired" : order.status;
}

function statusByFacts(order: OrderRecord, facts: StripeFacts): OrderStatus {
  const { sessionStatus, paymentStatus, totalAmount, payment } = facts;
  if (sessionStatus === "expired") return "expired";
  if (sessionStatus === "open") return "pending";
  if (paymentStatus === "unpaid")
    return payment && ["requires_payment_method", "canceled"].includes(payment.status)
      ? "failed"
      : "processing";
  if (payment?.dispute === "lost") return "charged_back";
  if (payment?.dispute === "open") return "disputed";
  const refunded = refundedAmount(payment);
  if (!payment || refunded === 0) return "paid";
  if (refunded < totalAmount) return "partially_refunded";
  const isOurDoing = payment.refunds
    .filter(isActive)
    .every(({ ownId }) =>
      order.refunds.some(({ id, source }) => id === ownId && source === "duplicate"),
    );
  return isOurDoing ? "duplicate_refunded" : "refunded";
}

// No step leads there, a refund that we know of is missing or younger than we know it, or a dispute
// is gone that was not won: then these facts are older than the order.
function isOldAnswer(order: OrderRecord, facts: StripeFacts, status: OrderStatus): boolean {
  if (!canBecome(order.status, status)) return true;
  const { payment } = facts;
  // A code took the whole price of a course that was owned: there is nothing to come back.
  if (order.status === "duplicate_refunded" && !payment) return true;
  for (const { stripeRefundId, status: known } of order.refunds) {
    if (!stripeRefundId) continue;
    const told = payment?.refunds.find(({ stripeId }) => stripeId === stripeRefundId);
    if (!told || REFUND_AGE[told.status] < REFUND_AGE[known]) return true;
  }
  const wasDisputed = order.status === "disputed" || order.status === "charged_back";
  const isDisputed = status === "disputed" || status === "charged_back";
  if (wasDisputed && !isDisputed) return payment?.dispute !== "won";
  return order.status === "charged_back" && status === "disputed";
}

// A refund may fail after it succeeded (docs.stripe.com/refunds#failed-refunds).
const REFUND_AGE = {
  requested: 0,
  requires_action: 1,
  pending: 1,
  succeeded: 2,
  failed: 3,
  canceled: 3,
} as const;
