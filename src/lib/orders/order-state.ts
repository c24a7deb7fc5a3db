import type { OrderStatus } from "./order.ts";

// One step at a time. An order may be seen after several of them, but never against them: facts
// that would need such a step are an old answer.
const NEXT: Record<OrderStatus, OrderStatus[]> = {
  creating: ["pending", "expired"],
  pending: ["paid", "processing", "expired", "duplicate_refunded"],
  processing: ["paid", "failed", "duplicate_refunded"],
  paid: ["partially_refunded", "refunded", "disputed"],
  partially_refunded: ["refunded", "disputed", "paid"],
  refunded: ["paid", "partially_refunded", "disputed"],
  disputed: ["paid", "partially_refunded", "refunded", "charged_back", "duplicate_refunded"],
  charged_back: ["paid", "partially_refunded", "duplicate_refunded"],
  failed: [],
  // We let go of an order whose session we never learnt of; if it was paid after all, money counts.
  expired: ["paid", "processing", "duplicate_refunded"],
  // The refund may fail, and the buyer may dispute all the same.
  duplicate_refunded: ["paid", "partially_refunded", "disputed"],
  review: [],
};

/** The states in which an order gives access to what was not paid back. */
export const GRANTING: readonly OrderStatus[] = ["paid", "partially_refunded"];

/** The states in which an order gives no access any more. */
export const ENDED: readonly OrderStatus[] = [
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
