/** Every state an order can be in; `order-state.ts` says which follows which. */
export const ORDER_STATUSES = [
  "creating",
  "pending",
  "processing",
  "paid",
  "failed",
  "expired",
  "partially_refunded",
  "refunded",
  "disputed",
  "charged_back",
  "review",
  "duplicate_refunded",
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

/** An item waits for its payment, gives access, or does so no more. */
export type ItemState = "open" | "owned" | "ended";

/** What an order must know of itself to be compared with Stripe's facts. Amounts in minor units. */
export interface OrderRecord {
  id: string;
  userId: string;
  source: "stripe" | "manual";
  status: OrderStatus;
  currency: string;
  subtotalAmount: number;
  discountAmount: number;
  taxAmount: number;
  totalAmount: number;
  refundedAmount: number;
  livemode: boolean;
  attempt: number;
  stripeSessionId: string | null;
  stripeSessionUrl: string | null;
  stripePaymentIntentId: string | null;
  stripeCustomerId: string | null;
  reviewReason: string | null;
  createdAt: Date;
  expiresAt: Date;
  paidAt: Date | null;
  version: number;
  /** Another order of the same person already gives access to one of the courses. */
  isOwnedElsewhere: boolean;
}
