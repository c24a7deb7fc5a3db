import { addCharge, beginAttempt, fail, newMeans, succeed } from "./attempts.ts";
import type { Buyer } from "./buyer.ts";
import { cardDigits, findTestCard, type TestCard } from "./cards.ts";
import { cancelIntent } from "./checkout.ts";
import { complete } from "./completion.ts";
import { playSequel } from "./disputes.ts";
import type { Checkout } from "./checkout-record.ts";
import { announce, findIntent, NO_REQUEST, type Ledger } from "./ledger.ts";
import type { PaymentMeans } from "./objects/payment.ts";

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
const NOT_AUTHENTICATED =
  "We are unable to authenticate your payment method. Please choose a different payment method and try again.";

/** Tries to pay an open session by card. */
export function payByCard(ledger: Ledger, checkout: Checkout, typed: Card, buyer: Buyer): Outcome {
  const card = findTestCard(typed.number);
  if (!card) throw new RangeError("Only the test cards work here.");
  const { expMonth, expYear } = typed;
  const last4 = cardDigits(typed.number).slice(-4);
  const means = newMeans("card", buyer, { brand: card.brand, last4, expMonth, expYear });
  const intent = beginAttempt(ledger, checkout);
  if (!card.authentication) return charge(ledger, checkout, { card, means, buyer });
  checkout.authentication = { card, means, buyer };
  const url = `${ledger.baseUrl}/c/pay/${checkout.session.id}`;
  intent.status = "requires_action";
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
  const intent = beginAttempt(ledger, checkout);
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
