import type Stripe from "stripe";
import type { Checkout } from "../checkout-record.ts";
import { newId } from "../ids.ts";

/** A payment intent for the session, waiting for a payment method. */
export function buildPaymentIntent(checkout: Checkout, created: number): Stripe.PaymentIntent {
  const { session, paymentIntentData: data } = checkout;
  const id = newId("pi");
  return {
    ...emptyPaymentIntentFields(),
    id,
    object: "payment_intent",
    amount: session.amount_total ?? 0,
    amount_capturable: 0,
    amount_received: 0,
    client_secret: newId(`${id}_secret`),
    created,
    currency: session.currency ?? "",
    customer: session.customer,
    description: data.description ?? null,
    livemode: session.livemode,
    metadata: (data.metadata ?? {}) as Stripe.Metadata,
    receipt_email: data.receipt_email ?? null,
    statement_descriptor: data.statement_descriptor ?? null,
    statement_descriptor_suffix: data.statement_descriptor_suffix ?? null,
    status: "requires_payment_method",
  };
}

function emptyPaymentIntentFields() {
  return {
    allowed_payment_method_types: null,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: "automatic_async" as const,
    confirmation_method: "automatic" as const,
    customer_account: null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    managed_payments: null,
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: ["card"],
    payment_record: null,
    processing: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    transfer_data: null,
    transfer_group: null,
  };
}
