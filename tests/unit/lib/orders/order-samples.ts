import type { OrderRecord } from "#lib/orders/order.ts";
import type { PaymentFacts, StripeFacts } from "#lib/orders/stripe-facts.ts";

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
    stripeCustomerId: "cus_1",
    reviewReason: null,
    createdAt: new Date("2026-11-01T12:00:00Z"),
    expiresAt: new Date("2026-11-01T12:31:00Z"),
    paidAt: null,
    version: 1,
    isOwnedElsewhere: false,
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
    payment: {
      intentId: "pi_1",
      status: "succeeded",
      currency: "eur",
      receivedAmount: 4900,
      refundedAmount: 0,
      failedRefundAmount: 0,
      isDuplicateRefund: false,
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
