import type { RefundStatus } from "./order.ts";

/**
 * What Stripe says of one Checkout session, reduced to what decides an order. Amounts in minor
 * units.
 */
export interface StripeFacts {
  sessionId: string;
  sessionStatus: "open" | "complete" | "expired";
  /** `no_payment_required` is paid: a discount took the whole price. */
  paymentStatus: "paid" | "unpaid" | "no_payment_required";
  clientReferenceId: string | null;
  livemode: boolean;
  currency: string;
  subtotalAmount: number;
  discountAmount: number;
  taxAmount: number;
  totalAmount: number;
  url: string | null;
  expiresAt: Date;
  invoice: { id: string; url: string | null } | null;
  payment: PaymentFacts | null;
}

export interface PaymentFacts {
  intentId: string;
  status: string;
  currency: string;
  receivedAmount: number;
  /** All refunds of the payment, those that failed too. */
  refunds: RefundFacts[];
  dispute: DisputeOutcome;
}

/** One refund as Stripe has it. */
export interface RefundFacts {
  stripeId: string;
  /** The refund of ours that it carries out; null for one from the Dashboard. */
  ownId: string | null;
  amount: number;
  status: Exclude<RefundStatus, "requested">;
  failureReason: string | null;
  createdAt: Date;
}

/** `none` holds inquiries too: they take no money. */
export type DisputeOutcome = "none" | "open" | "won" | "lost";

/** Whether a refund's money is away or on its way; one that failed or was cancelled moved none. */
export function isActive({ status }: { status: RefundStatus }): boolean {
  return status !== "failed" && status !== "canceled";
}

/** What has gone back of a payment, refunds on their way included. */
export function refundedAmount(payment: PaymentFacts | null): number {
  const active = payment?.refunds.filter(isActive) ?? [];
  return active.reduce((sum, { amount }) => sum + amount, 0);
}
