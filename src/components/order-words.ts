import type { OrderStatus, OrderView, RefundStatus } from "#lib/orders/order.ts";

const STATES: Record<OrderStatus, string> = {
  creating: "Not paid yet",
  pending: "Not paid yet",
  processing: "Payment on its way",
  paid: "Paid",
  failed: "Payment failed",
  expired: "Run out, nothing charged",
  partially_refunded: "Paid, a part returned",
  refunded: "Money returned",
  disputed: "Disputed at your bank",
  charged_back: "Taken back by your bank",
  review: "We are looking at it",
  duplicate_refunded: "Paid twice, money returned",
};

const REFUND_STATES: Record<RefundStatus, string> = {
  requested: "Written down, being made",
  pending: "On its way to your bank",
  requires_action: "Waiting for your bank",
  succeeded: "Sent to your bank",
  failed: "Failed: the money did not arrive",
  canceled: "Cancelled",
};

/** An order's state in its buyer's words. */
export function stateOfOrder({ status, source, totalAmount }: OrderView): string {
  if (source === "manual") return status === "paid" ? "Opened for you" : "Closed";
  if (status === "paid" && totalAmount === 0) return "Free";
  return STATES[status];
}

/** What an order's status means to its buyer. */
export function describeStatus(status: OrderStatus): string {
  return STATES[status];
}

/** A refund's state in its buyer's words. */
export function stateOfRefund(status: RefundStatus): string {
  return REFUND_STATES[status];
}

/** A time in words, such as "20 November 2026, 14:05 UTC". */
export function formatTime(time: Date | string): string {
  return `${TIME.format(new Date(time))} UTC`;
}

/** The time of day, such as "14:05" (UTC). */
export function formatClock(time: Date): string {
  return CLOCK.format(time);
}

/** The day of a time in words, such as "20 November 2026" (UTC). */
export function formatDay(time: Date | string): string {
  return DAY.format(new Date(time));
}

const TIME = new Intl.DateTimeFormat("en-GB", {
  dateStyle: "long",
  timeStyle: "short",
  timeZone: "UTC",
});
const CLOCK = new Intl.DateTimeFormat("en-GB", { timeStyle: "short", timeZone: "UTC" });
const DAY = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });
