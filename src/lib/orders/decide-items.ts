import { allocate } from "./allocate.ts";
import { ENDED, GRANTING } from "./order-state.ts";
import type {
  ItemRecord,
  ItemState,
  OrderRecord,
  OrderStatus,
  RefundRecord,
  RefundStatus,
} from "./order.ts";
import { isActive, refundedAmount, type RefundFacts, type StripeFacts } from "./stripe-facts.ts";

/** What is to be written about an item. Amounts in minor units. */
export interface ItemDecision {
  id: string;
  state: ItemState;
  paidAmount: number;
  refundedAmount: number;
}

interface ItemPlan {
  items: ItemDecision[];
  /** Items to be paid back, because another order gives access to the course already. */
  duplicates: { itemId: string; amount: number }[];
  /** Why a person must decide: the course has another owner of the money meanwhile. */
  conflict: string | null;
}

/**
 * Decides which items of an order give access: those that were paid for and not wholly paid back.
 * One that is owned through another order is paid back at its first payment, together with all
 * others of the order, and a matter for a person after that.
 */
export function decideItems(order: OrderRecord, facts: StripeFacts, status: OrderStatus): ItemPlan {
  const amounts = itemAmounts(order, facts);
  // An order has one refund of this kind at most: what it does not name came later.
  const refund = order.refunds.find(({ source }) => source === "duplicate");
  const hasFailed = refund !== undefined && !isActive(latestOf(refund, facts));
  const plan: ItemPlan = { items: [], duplicates: [], conflict: null };
  for (const [index, item] of order.items.entries()) {
    const { paid, refunded } = amounts[index] ?? { paid: 0, refunded: 0 };
    const isReturned = paid > 0 && refunded >= paid;
    const isWanted = GRANTING.includes(status) && !isReturned;
    const isDouble = isWanted && item.isOwnedElsewhere;
    plan.items.push({
      id: item.id,
      state: stateOf(item, status, isWanted && !isDouble),
      paidAmount: paid,
      refundedAmount: refunded,
    });
    if (!isDouble || paid === 0) continue;
    const isLeftOut = refund && !refund.items.some(({ itemId }) => itemId === item.id);
    if (order.paidAt || isLeftOut)
      plan.conflict = "A course of it is owned through another order meanwhile.";
    else if (hasFailed) plan.conflict = "A second payment for a course could not be given back.";
    else plan.duplicates.push({ itemId: item.id, amount: paid - refunded });
  }
  return plan;
}

// What Stripe says of a refund of ours is newer than what we know.
function latestOf(refund: RefundRecord, { payment }: StripeFacts): { status: RefundStatus } {
  return payment?.refunds.find(({ ownId }) => ownId === refund.id) ?? refund;
}

function stateOf(item: ItemRecord, status: OrderStatus, isOwned: boolean): ItemState {
  if (isOwned) return "owned";
  return GRANTING.includes(status) || ENDED.includes(status) ? "ended" : item.state;
}

function itemAmounts(order: OrderRecord, facts: StripeFacts): { paid: number; refunded: number }[] {
  const isPaid = facts.sessionStatus === "complete" && facts.paymentStatus !== "unpaid";
  const prices = order.items.map(({ priceAmount }) => priceAmount);
  const paid = isPaid ? allocate(facts.totalAmount, prices) : prices.map(() => 0);
  const isAllReturned = refundedAmount(facts.payment) >= facts.totalAmount;
  const returns = facts.payment?.refunds.filter(isActive) ?? [];
  return order.items.map((item, index) => {
    const share = paid[index] ?? 0;
    const named = returns.reduce((sum, refund) => sum + amountFor(order, item, refund), 0);
    return { paid: share, refunded: isAllReturned ? share : Math.min(share, named) };
  });
}

// A refund from the Dashboard names no item; with one item in the order there is nothing to ask.
function amountFor(order: OrderRecord, item: ItemRecord, refund: RefundFacts): number {
  const known = order.refunds.find(
    ({ id, stripeRefundId }) => stripeRefundId === refund.stripeId || id === refund.ownId,
  );
  if (order.items.length === 1) return refund.amount;
  return known?.items.find(({ itemId }) => itemId === item.id)?.amount ?? 0;
}
