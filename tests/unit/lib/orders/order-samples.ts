import type { ItemRecord, OrderRecord, RefundRecord } from "#lib/orders/order.ts";
import type { PaymentFacts, RefundFacts, StripeFacts } from "#lib/orders/stripe-facts.ts";

/** An order for one course at 49 euro that waits for its payment. */
export function sampleOrder(changes: Partial<OrderRecord> = {}): OrderRecord {
  return {
    id: "0f8fad5b-d9cb-469f-a165-70867728950e",
    userId: "7c9e6679-7425-40de-944b-e07fc1f90ae7",
    source: "stripe",
    status: "pending",
    currency: "eur",
    subtotalAmount: 4900,
    discountAmount: 0,
    taxAmount: 0,
    totalAmount: 4900,
    refundedAmount: 0,
    livemode: false,
    attempt: 1,
    stripeSessionId: "cs_test_1",
    stripeSessionUrl: "https://checkout.stripe.com/c/pay/cs_test_1",
    stripePaymentIntentId: null,
    stripeInvoiceId: null,
    stripeInvoiceUrl: null,
    stripeCustomerId: "cus_1",
    reviewReason: null,
    isReviewAccepted: false,
    isWithdrawn: false,
    createdAt: new Date("2026-11-01T12:00:00Z"),
    expiresAt: new Date("2026-11-01T12:31:00Z"),
    paidAt: null,
    version: 1,
    items: [sampleItem()],
    refunds: [],
    ...changes,
  };
}

/** The one course of the sample order. */
export function sampleItem(changes: Partial<ItemRecord> = {}): ItemRecord {
  return {
    id: "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
    courseId: "6fa459ea-ee8a-4ca4-894e-db77e160355e",
    priceAmount: 4900,
    paidAmount: 0,
    refundedAmount: 0,
    state: "open",
    isOwnedElsewhere: false,
    ...changes,
  };
}

/** A refund as Stripe has it, of the whole price. */
export function refundFacts(changes: Partial<RefundFacts> = {}): RefundFacts {
  return {
    stripeId: "re_1",
    ownId: null,
    amount: 4900,
    status: "succeeded",
    failureReason: null,
    createdAt: new Date("2026-11-01T12:08:00Z"),
    ...changes,
  };
}

/** The same refund as we know it. */
export function knownRefund(changes: Partial<RefundRecord> = {}): RefundRecord {
  return {
    id: "9a1de644-815e-46d1-bb8f-aa1837f8a88b",
    source: "stripe",
    status: "succeeded",
    amount: 4900,
    attempt: 1,
    stripeRefundId: "re_1",
    items: [],
    ...changes,
  };
}

/** What Stripe says of the sample order's session when it is paid. */
export function paidFacts(
  changes: Partial<StripeFacts> = {},
  payment: Partial<PaymentFacts> = {},
): StripeFacts {
  return {
    sessionId: "cs_test_1",
    sessionStatus: "complete",
    paymentStatus: "paid",
    clientReferenceId: sampleOrder().id,
    livemode: false,
    currency: "eur",
    subtotalAmount: 4900,
    discountAmount: 0,
    taxAmount: 0,
    totalAmount: 4900,
    url: null,
    expiresAt: new Date("2026-11-01T12:31:00Z"),
    invoice: null,
    payment: {
      intentId: "pi_1",
      status: "succeeded",
      currency: "eur",
      receivedAmount: 4900,
      refunds: [],
      dispute: "none",
      ...payment,
    },
    ...changes,
  };
}

/** What Stripe says while the buyer is on its page. */
export function openFacts(): StripeFacts {
  return paidFacts({ sessionStatus: "open", paymentStatus: "unpaid", payment: null });
}
