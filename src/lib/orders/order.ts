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
  stripeInvoiceId: string | null;
  stripeInvoiceUrl: string | null;
  stripeCustomerId: string | null;
  reviewReason: string | null;
  /** An admin found good what does not fit. */
  isReviewAccepted: boolean;
  /** A grant by hand was taken back. */
  isWithdrawn: boolean;
  createdAt: Date;
  expiresAt: Date;
  paidAt: Date | null;
  version: number;
  items: ItemRecord[];
  refunds: RefundRecord[];
}

/** One course of an order. Amounts in minor units. */
export interface ItemRecord {
  id: string;
  courseId: string;
  priceAmount: number;
  /** Its share of what was paid, after discount and with tax; 0 before. */
  paidAmount: number;
  refundedAmount: number;
  state: ItemState;
  /** Another order of the same person already gives access to the course. */
  isOwnedElsewhere: boolean;
}

/** What began a refund: the buyer, an admin, the shop for a double purchase, or the Dashboard. */
export type RefundSource = "buyer" | "admin" | "duplicate" | "stripe";

/** `requested` is written down and not known to Stripe yet; the others are Stripe's words. */
export type RefundStatus =
  "requested" | "pending" | "requires_action" | "succeeded" | "failed" | "canceled";

/** A refund as we know it. */
export interface RefundRecord {
  id: string;
  source: RefundSource;
  status: RefundStatus;
  amount: number;
  /** Tries to have Stripe make it, from 1: a part of its idempotency key. */
  attempt: number;
  stripeRefundId: string | null;
  /** Empty for one from the Dashboard that an admin has not said the items of. */
  items: { itemId: string; amount: number }[];
}

/** One course in an order, as its buyer sees it. Amounts in minor units of the order's currency. */
export interface OrderItemView {
  id: string;
  courseSlug: string;
  title: string;
  priceAmount: number;
  paidAmount: number;
  refundedAmount: number;
  state: ItemState;
}

/** A refund as the buyer sees it. */
export interface RefundView {
  id: string;
  stripeRefundId: string | null;
  source: RefundSource;
  status: RefundStatus;
  amount: number;
  /** ISO 8601. */
  createdAt: string;
  /** Titles of the courses it is for; empty when not known. */
  titles: string[];
}

/** An order as its buyer sees it. */
export interface OrderView {
  id: string;
  /** What people call it, such as "1001". */
  number: string;
  source: "stripe" | "manual";
  status: OrderStatus;
  currency: string;
  subtotalAmount: number;
  discountAmount: number;
  taxAmount: number;
  totalAmount: number;
  refundedAmount: number;
  /** Stripe's page, while it can still be paid. */
  stripeSessionUrl: string | null;
  /** Stripe's page of the invoice, once there is one. */
  stripeInvoiceUrl: string | null;
  createdAt: Date;
  expiresAt: Date;
  paidAt: Date | null;
  items: OrderItemView[];
  refunds: RefundView[];
}
