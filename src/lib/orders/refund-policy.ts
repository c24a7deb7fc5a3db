import { GRANTING } from "./order-state.ts";
import type { OrderItemView, OrderView } from "./order.ts";

const DAY = 86_400_000;

/** What the shop promises: `REFUND_WINDOW_DAYS` and `REFUND_MAX_COMPLETED_PERCENT`. */
export interface RefundPolicy {
  windowDays: number;
  maxCompletedPercent: number;
}

/**
 * How far the buyer is in an item's course, and what went or is to go back for it. Amounts in minor
 * units, of one moment: a refund leaves `requestedAmount` as it enters `refundedAmount`.
 */
export interface ItemProgress {
  itemId: string;
  lessonCount: number;
  doneCount: number;
  refundedAmount: number;
  /** Asked for and not known to Stripe yet. */
  requestedAmount: number;
}

/** Whether the buyer may return an item. */
export interface ItemReturn {
  itemId: string;
  title: string;
  /** What goes back, in minor units of the order's currency; 0 when nothing does. */
  amount: number;
  /** Why it cannot be returned, in words for people; null when it can. */
  refusal: string | null;
  /** All that was paid for it is back, or is to go back. */
  isReturned: boolean;
  lessonCount: number;
  doneCount: number;
}

/** What the buyer of an order may return. */
export interface ReturnOffer {
  /** Days that are left, begun ones counted; 0 when the time is over. */
  daysLeft: number;
  items: ItemReturn[];
}

/** Says for each item of an order whether its buyer may return it now, and for how much. */
export function offerReturns(
  order: OrderView,
  progress: ItemProgress[],
  policy: RefundPolicy,
  now: Date,
): ReturnOffer {
  const daysLeft = daysLeftOf(order, policy, now);
  const items = order.items.map((item) => {
    const known = progress.find(({ itemId }) => itemId === item.id);
    const { refundedAmount } = item;
    const none = { lessonCount: 0, doneCount: 0, refundedAmount, requestedAmount: 0 };
    const own = known ?? { itemId: item.id, ...none };
    const amount = item.paidAmount - own.refundedAmount - own.requestedAmount;
    const refusal = refusalOf(order, item, { amount, daysLeft, progress: own, policy });
    return {
      itemId: item.id,
      title: item.title,
      amount: refusal === null ? amount : 0,
      refusal,
      isReturned: item.paidAmount > 0 && amount <= 0,
      lessonCount: own.lessonCount,
      doneCount: own.doneCount,
    };
  });
  return { daysLeft, items };
}

interface Circumstances {
  amount: number;
  daysLeft: number;
  progress: ItemProgress;
  policy: RefundPolicy;
}

function refusalOf(
  order: OrderView,
  item: OrderItemView,
  { amount, daysLeft, progress, policy }: Circumstances,
): string | null {
  if (order.source !== "stripe") return "It was opened for you without a payment.";
  if (!order.paidAt || !GRANTING.includes(order.status))
    return "The order is not in a state to return something.";
  if (item.paidAmount === 0) return "It cost nothing, so there is nothing to give back.";
  if (amount <= 0)
    return progress.requestedAmount > 0 ? "Its refund is being made." : "It was returned already.";
  if (item.state !== "owned") return "The course is not open through this order.";
  if (policy.windowDays === 0) return "Courses cannot be returned here; please write to us.";
  if (daysLeft === 0) return `The ${policy.windowDays} days to return it are over.`;
  if (progress.doneCount * 100 > policy.maxCompletedPercent * progress.lessonCount)
    return completedTooMuch(progress, policy);
  if (amount > order.totalAmount - order.refundedAmount)
    return "A part of this order went back without saying for which course; please write to us.";
  return null;
}

function completedTooMuch(
  { doneCount, lessonCount }: ItemProgress,
  { maxCompletedPercent }: RefundPolicy,
): string {
  const limit =
    maxCompletedPercent === 0
      ? "before the first lesson is completed"
      : `while at most ${maxCompletedPercent}% of the lessons are completed`;
  return `You have completed ${doneCount} of ${lessonCount} lessons. It can be returned ${limit}.`;
}

function daysLeftOf({ paidAt }: OrderView, { windowDays }: RefundPolicy, now: Date): number {
  if (!paidAt) return 0;
  const left = paidAt.getTime() + windowDays * DAY - now.getTime();
  return Math.max(0, Math.ceil(left / DAY));
}
