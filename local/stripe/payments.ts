import type Stripe from "stripe";
import { cardDigits, findTestCard, type Decline } from "./cards.ts";
import { newId } from "./ids.ts";
import {
  findIntent,
  findLatestCharge,
  NO_REQUEST,
  now,
  recordEvent,
  type Checkout,
  type Ledger,
} from "./ledger.ts";
import { buildCustomer } from "./objects/customer.ts";
import {
  buildCharge,
  buildPaymentIntent,
  declineCharge,
  type PaymentMeans,
} from "./objects/payment.ts";
import { buildCustomerDetails } from "./objects/session.ts";

/** What the buyer typed. */
export interface Buyer {
  email: string;
  name: string | null;
}

/** A card with its expiry; only test cards do anything. */
export interface Card {
  number: string;
  expMonth: number;
  expYear: number;
}

/** Tries to pay an open session by card. Gives null when paid, else why the card was declined. */
export function payByCard(
  ledger: Ledger,
  checkout: Checkout,
  card: Card,
  buyer: Buyer,
): string | null {
  const testCard = findTestCard(card.number);
  if (!testCard) throw new RangeError("Only the test cards work here.");
  const { expMonth, expYear } = card;
  const last4 = cardDigits(card.number).slice(-4);
  const means = newMeans("card", buyer, { brand: testCard.brand, last4, expMonth, expYear });
  const intent = ensureIntent(ledger, checkout);
  const charge = addCharge(ledger, intent, means);
  if (testCard.decline) {
    fail(ledger, intent, charge, testCard.decline);
    return testCard.decline.message;
  }
  succeed(ledger, intent, charge);
  complete(ledger, checkout, buyer, "paid");
  return null;
}

/** Completes a session whose money comes later: `settleTransfer` says whether it does. */
export function payByTransfer(ledger: Ledger, checkout: Checkout, buyer: Buyer): void {
  const intent = ensureIntent(ledger, checkout);
  const none = { brand: "", last4: "", expMonth: 0, expYear: 0 };
  const charge = addCharge(ledger, intent, newMeans("bank_transfer", buyer, none));
  intent.status = "processing";
  intent.last_payment_error = null;
  announce(ledger, "charge.pending", charge);
  announce(ledger, "payment_intent.processing", intent);
  complete(ledger, checkout, buyer, "unpaid");
}

/** Lets the money of a completed, unpaid session arrive, or not. */
export function settleTransfer(ledger: Ledger, checkout: Checkout, arrived: boolean): void {
  const { session } = checkout;
  const intent = findIntent(ledger, session);
  const charge = findLatestCharge(ledger, intent);
  if (!intent || !charge || intent.status !== "processing")
    throw new RangeError("No money is on its way for this session.");
  if (arrived) {
    charge.paid = true;
    charge.status = "succeeded";
    charge.amount_captured = charge.amount;
    charge.balance_transaction = newId("txn");
    succeed(ledger, intent, charge);
    session.payment_status = "paid";
  } else {
    fail(ledger, intent, charge, {
      code: "payment_intent_payment_attempt_failed",
      declineCode: "generic_decline",
      message: "The bank transfer did not arrive.",
    });
  }
  const type = arrived ? "async_payment_succeeded" : "async_payment_failed";
  announce(ledger, `checkout.session.${type}`, session);
}

/** Completes a session that costs nothing. */
export function completeFree(ledger: Ledger, checkout: Checkout, buyer: Buyer): void {
  complete(ledger, checkout, buyer, "no_payment_required");
}

function ensureIntent(ledger: Ledger, checkout: Checkout): Stripe.PaymentIntent {
  const existing = findIntent(ledger, checkout.session);
  if (existing) return existing;
  const intent = buildPaymentIntent(checkout, now(ledger));
  ledger.state.paymentIntents.set(intent.id, intent);
  checkout.session.payment_intent = intent.id;
  announce(ledger, "payment_intent.created", intent);
  return intent;
}

function addCharge(
  ledger: Ledger,
  intent: Stripe.PaymentIntent,
  means: PaymentMeans,
): Stripe.Charge {
  const charge = buildCharge(intent, means, now(ledger));
  ledger.state.charges.set(charge.id, charge);
  intent.latest_charge = charge.id;
  return charge;
}

function succeed(ledger: Ledger, intent: Stripe.PaymentIntent, charge: Stripe.Charge): void {
  intent.status = "succeeded";
  intent.amount_received = intent.amount;
  intent.payment_method = charge.payment_method;
  intent.last_payment_error = null;
  announce(ledger, "charge.succeeded", charge);
  announce(ledger, "payment_intent.succeeded", intent);
}

function fail(
  ledger: Ledger,
  intent: Stripe.PaymentIntent,
  charge: Stripe.Charge,
  decline: Decline,
): void {
  declineCharge(charge, decline.code, decline.message);
  intent.status = "requires_payment_method";
  intent.last_payment_error = {
    type: "card_error",
    charge: charge.id,
    code: decline.code,
    decline_code: decline.declineCode,
    message: decline.message,
  };
  announce(ledger, "charge.failed", charge);
  announce(ledger, "payment_intent.payment_failed", intent);
}

function complete(
  ledger: Ledger,
  { session }: Checkout,
  buyer: Buyer,
  paymentStatus: Stripe.Checkout.Session.PaymentStatus,
): void {
  session.status = "complete";
  session.payment_status = paymentStatus;
  session.url = null;
  session.customer_details = buildCustomerDetails(buyer.email, buyer.name);
  if (session.customer_creation === "always") {
    const details = { email: buyer.email, ...(buyer.name !== null && { name: buyer.name }) };
    const customer = buildCustomer(details, session.livemode, now(ledger));
    ledger.state.customers.set(customer.id, customer);
    session.customer = customer.id;
    announce(ledger, "customer.created", customer);
  }
  announce(ledger, "checkout.session.completed", session);
}

function announce(ledger: Ledger, type: Stripe.Event.Type, object: { livemode: boolean }): void {
  recordEvent(ledger, type, object, object.livemode, NO_REQUEST);
}

function newMeans(
  kind: PaymentMeans["kind"],
  buyer: Buyer,
  card: Pick<PaymentMeans, "brand" | "last4" | "expMonth" | "expYear">,
): PaymentMeans {
  return { id: newId("pm"), kind, ...card, name: buyer.name, email: buyer.email };
}
