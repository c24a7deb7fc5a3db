import type Stripe from "stripe";
import type { Buyer } from "./buyer.ts";
import { cardDigits, findTestCard, type Decline, type TestCard } from "./cards.ts";
import { cancelIntent } from "./checkout.ts";
import { complete, settle } from "./completion.ts";
import { playSequel } from "./disputes.ts";
import { newId } from "./ids.ts";
import {
  announce,
  findIntent,
  findLatestCharge,
  NO_REQUEST,
  now,
  type Checkout,
  type Ledger,
} from "./ledger.ts";
import {
  authenticatedBy3ds,
  buildCharge,
  buildPaymentIntent,
  declineCharge,
  type PaymentMeans,
} from "./objects/payment.ts";

/** A card with its expiry; only test cards do anything. */
export interface Card {
  number: string;
  expMonth: number;
  expYear: number;
}

/** What becomes of a try to pay; `authenticate` waits for the card's owner. */
export type Outcome =
  { kind: "paid" } | { kind: "authenticate" } | { kind: "declined"; message: string };

/** What Stripe says when the card's owner does not authenticate. */
export const NOT_AUTHENTICATED =
  "We are unable to authenticate your payment method. Please choose a different payment method and try again.";

/** Tries to pay an open session by card. */
export function payByCard(ledger: Ledger, checkout: Checkout, typed: Card, buyer: Buyer): Outcome {
  const card = findTestCard(typed.number);
  if (!card) throw new RangeError("Only the test cards work here.");
  const { expMonth, expYear } = typed;
  const last4 = cardDigits(typed.number).slice(-4);
  const means = newMeans("card", buyer, { brand: card.brand, last4, expMonth, expYear });
  const intent = ensureIntent(ledger, checkout);
  delete checkout.authentication;
  if (!card.authentication) return charge(ledger, checkout, { card, means, buyer });
  checkout.authentication = { card, means, buyer };
  const url = `${ledger.baseUrl}/c/pay/${checkout.session.id}`;
  intent.status = "requires_action";
  intent.last_payment_error = null;
  intent.next_action = {
    type: "redirect_to_url",
    redirect_to_url: { url: `${url}/authenticate`, return_url: url },
  };
  announce(ledger, "payment_intent.requires_action", intent);
  return { kind: "authenticate" };
}

/** Ends the wait for the card's owner. Throws RangeError when none is awaited. */
export function authenticate(ledger: Ledger, checkout: Checkout, passed: boolean): Outcome {
  const { authentication: pending } = checkout;
  const intent = findIntent(ledger, checkout.session);
  if (!pending || !intent) throw new RangeError("This session awaits no authentication.");
  delete checkout.authentication;
  intent.next_action = null;
  if (passed) {
    pending.means.authenticated = true;
    return charge(ledger, checkout, pending);
  }
  intent.status = "requires_payment_method";
  intent.last_payment_error = {
    type: "invalid_request_error",
    code: "payment_intent_authentication_failure",
    message: NOT_AUTHENTICATED,
  };
  announce(ledger, "payment_intent.payment_failed", intent);
  return { kind: "declined", message: NOT_AUTHENTICATED };
}

/** Completes a session whose money comes later: `settleTransfer` says whether it does. */
export function payByTransfer(ledger: Ledger, checkout: Checkout, buyer: Buyer): void {
  const intent = ensureIntent(ledger, checkout);
  delete checkout.authentication;
  const none = { brand: "", last4: "", expMonth: 0, expYear: 0 };
  const pending = addCharge(ledger, intent, newMeans("bank_transfer", buyer, none));
  intent.status = "processing";
  intent.last_payment_error = null;
  intent.next_action = null;
  announce(ledger, "charge.pending", pending);
  announce(ledger, "payment_intent.processing", intent);
  complete(ledger, checkout, buyer, "unpaid");
}

/** Lets the money of a completed, unpaid session arrive, or not. */
export function settleTransfer(ledger: Ledger, checkout: Checkout, arrived: boolean): void {
  const { session } = checkout;
  const intent = findIntent(ledger, session);
  const pending = findLatestCharge(ledger, intent);
  if (!intent || !pending || intent.status !== "processing")
    throw new RangeError("No money is on its way for this session.");
  if (arrived) {
    pending.paid = true;
    pending.status = "succeeded";
    pending.amount_captured = pending.amount;
    pending.balance_transaction = newId("txn");
    succeed(ledger, intent, pending);
    session.payment_status = "paid";
    settle(ledger, checkout);
  } else {
    fail(ledger, intent, pending, {
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
  // An intent of a try before the discount has nothing left to take.
  cancelIntent(ledger, checkout.session, NO_REQUEST);
  checkout.session.payment_intent = null;
  complete(ledger, checkout, buyer, "no_payment_required");
}

function charge(
  ledger: Ledger,
  checkout: Checkout,
  { card, means, buyer }: { card: TestCard; means: PaymentMeans; buyer: Buyer },
): Outcome {
  const intent = ensureIntent(ledger, checkout);
  const made = addCharge(ledger, intent, means);
  if (card.decline) {
    fail(ledger, intent, made, card.decline);
    return { kind: "declined", message: card.decline.message };
  }
  if (card.sequel) ledger.state.sequels.set(made.id, card.sequel);
  succeed(ledger, intent, made);
  complete(ledger, checkout, buyer, "paid");
  playSequel(ledger, made);
  return { kind: "paid" };
}

function ensureIntent(ledger: Ledger, checkout: Checkout): Stripe.PaymentIntent {
  const { session } = checkout;
  const existing = findIntent(ledger, session);
  if (existing) {
    // A discount or a tax may have come since the last try.
    existing.amount = session.amount_total ?? 0;
    return existing;
  }
  const intent = buildPaymentIntent(checkout, now(ledger));
  ledger.state.paymentIntents.set(intent.id, intent);
  session.payment_intent = intent.id;
  announce(ledger, "payment_intent.created", intent);
  return intent;
}

function addCharge(
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

function succeed(ledger: Ledger, intent: Stripe.PaymentIntent, paid: Stripe.Charge): void {
  intent.status = "succeeded";
  intent.amount_received = intent.amount;
  intent.payment_method = paid.payment_method;
  intent.last_payment_error = null;
  announce(ledger, "charge.succeeded", paid);
  announce(ledger, "payment_intent.succeeded", intent);
}

function fail(
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

function newMeans(
  kind: PaymentMeans["kind"],
  buyer: Buyer,
  card: Pick<PaymentMeans, "brand" | "last4" | "expMonth" | "expYear">,
): PaymentMeans {
  const { name, email, address } = buyer;
  return { id: newId("pm"), kind, ...card, name, email, address, authenticated: false };
}
