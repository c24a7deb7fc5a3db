import type Stripe from "stripe";
import type { Buyer } from "./buyer.ts";
import type { Decline } from "./cards.ts";
import { newId } from "./ids.ts";
import type { Checkout } from "./checkout-record.ts";
import { announce, findIntent, now, type Ledger } from "./ledger.ts";
import {
  authenticatedBy3ds,
  buildCharge,
  declineCharge,
  type PaymentMeans,
} from "./objects/payment.ts";
import { buildPaymentIntent } from "./objects/payment-intent.ts";

/** The session's payment intent, made anew at the first try to pay; any earlier try is over. */
export function beginAttempt(ledger: Ledger, checkout: Checkout): Stripe.PaymentIntent {
  const { session } = checkout;
  delete checkout.authentication;
  const existing = findIntent(ledger, session);
  if (existing) {
    // A discount or a tax may have come since the last try.
    existing.amount = session.amount_total ?? 0;
    existing.next_action = null;
    existing.last_payment_error = null;
    return existing;
  }
  const intent = buildPaymentIntent(checkout, now(ledger));
  ledger.state.paymentIntents.set(intent.id, intent);
  session.payment_intent = intent.id;
  announce(ledger, "payment_intent.created", intent);
  return intent;
}

/** A new charge of the intent, as if the bank agreed. */
export function addCharge(
  ledger: Ledger,
  intent: Stripe.PaymentIntent,
  means: PaymentMeans,
): Stripe.Charge {
  const made = buildCharge(intent, means, now(ledger));
  if (means.authenticated) authenticatedBy3ds(made);
  ledger.state.charges.set(made.id, made);
  intent.latest_charge = made.id;
  return made;
}

/** Ends a try: the money is there. */
export function succeed(ledger: Ledger, intent: Stripe.PaymentIntent, paid: Stripe.Charge): void {
  intent.status = "succeeded";
  intent.amount_received = intent.amount;
  intent.payment_method = paid.payment_method;
  intent.last_payment_error = null;
  announce(ledger, "charge.succeeded", paid);
  announce(ledger, "payment_intent.succeeded", intent);
}

/** Ends a try: the bank refused. */
export function fail(
  ledger: Ledger,
  intent: Stripe.PaymentIntent,
  refused: Stripe.Charge,
  decline: Decline,
): void {
  declineCharge(refused, decline.code, decline.message, decline.declineCode);
  intent.status = "requires_payment_method";
  intent.last_payment_error = {
    type: "card_error",
    charge: refused.id,
    code: decline.code,
    decline_code: decline.declineCode,
    message: decline.message,
  };
  announce(ledger, "charge.failed", refused);
  announce(ledger, "payment_intent.payment_failed", intent);
}

/** How a buyer pays, for a charge. */
export function newMeans(
  kind: PaymentMeans["kind"],
  buyer: Buyer,
  card: Pick<PaymentMeans, "brand" | "last4" | "expMonth" | "expYear">,
): PaymentMeans {
  const { name, email, address } = buyer;
  return { id: newId("pm"), kind, ...card, name, email, address, authenticated: false };
}
