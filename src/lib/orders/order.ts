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

/** One course in an order, as its buyer sees it. Amounts in minor units of the order's currency. */
export interface OrderItemView {
  courseSlug: string;
  title: string;
  priceAmount: number;
  refundedAmount: number;
  state: ItemState;
}

/** An order as its buyer sees it. */
export interface OrderView {
  id: string;
  /** What people call it, such as "1001". */
  number: string;
  status: OrderStatus;
  currency: string;
  subtotalAmount: number;
  discountAmount: number;
  taxAmount: number;
  totalAmount: number;
  refundedAmount: number;
  /** Stripe's page, while it can still be paid. */
  stripeSessionUrl: string | null;
  createdAt: Date;
  expiresAt: Date;
  paidAt: Date | null;
  items: OrderItemView[];
}
