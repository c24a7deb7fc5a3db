import type Stripe from "stripe";
import { missingResource } from "./api-error.ts";
import { PAYING_CARD } from "./cards.ts";
import { expireDueSessions, expireSession } from "./checkout.ts";
import { NO_REQUEST, type Checkout, type Ledger, type State } from "./ledger.ts";
import { completeFree, payByCard, payByTransfer, settleTransfer } from "./payments.ts";
import { createRefund } from "./refunds.ts";
import type { Webhooks } from "./webhooks.ts";

/** What a test (or a button) does where a buyer, a bank or the time would. */
export interface Controls {
  /** Everything the local Stripe knows, to look at. */
  state: State;
  webhooks: Webhooks;
  /** Milliseconds each request of the API takes. */
  latency: number;
  /** Pays an open session by a test card. Gives null when paid, else why it was declined. */
  pay(sessionId: string, cardNumber?: string): string | null;
  /** Completes an open session by a bank transfer that arrives later, or never. */
  payByTransfer(sessionId: string): void;
  /** Ends a transfer that is on its way. */
  settle(sessionId: string, arrived: boolean): void;
  /** The buyer leaves; gives the address the cancel link goes to. The session stays open. */
  cancel(sessionId: string): string | null;
  /** Ends an open session. */
  expire(sessionId: string): void;
  /** Pays back a charge or payment intent from Stripe's side, in full without an amount. */
  refund(id: string, amount?: number): Stripe.Refund;
  /** Moves the virtual clock ahead; sessions whose time is over expire. */
  advance(seconds: number): void;
}

/** The controls of a ledger; `changed` is called when one was used. */
export function createControls(ledger: Ledger, webhooks: Webhooks, changed: () => void): Controls {
  const { state } = ledger;
  const card = { expMonth: 12, expYear: new Date().getUTCFullYear() + 5 };
  return {
    state,
    webhooks,
    latency: 0,
    pay(sessionId, number = PAYING_CARD) {
      changed();
      const checkout = findOpen(state, sessionId);
      const buyer = buyerOf(checkout);
      if (checkout.session.payment_status !== "no_payment_required")
        return payByCard(ledger, checkout, { ...card, number }, buyer);
      completeFree(ledger, checkout, buyer);
      return null;
    },
    payByTransfer(sessionId) {
      changed();
      const checkout = findOpen(state, sessionId);
      payByTransfer(ledger, checkout, buyerOf(checkout));
    },
    settle(sessionId, arrived) {
      changed();
      settleTransfer(ledger, findCheckout(state, sessionId), arrived);
    },
    cancel: (sessionId) => findOpen(state, sessionId).session.cancel_url,
    expire(sessionId) {
      changed();
      expireSession(ledger, findCheckout(state, sessionId), NO_REQUEST);
    },
    refund(id, amount) {
      changed();
      const what = id.startsWith("pi_") ? { payment_intent: id } : { charge: id };
      const paid = state.paymentIntents.get(id) ?? state.charges.get(id);
      const params = amount === undefined ? what : { ...what, amount };
      return createRefund(ledger, params, paid?.livemode ?? false, NO_REQUEST);
    },
    advance(seconds) {
      changed();
      state.clockOffset += seconds;
      expireDueSessions(ledger, NO_REQUEST);
    },
  };
}

function findCheckout(state: State, sessionId: string): Checkout {
  const checkout = state.checkouts.get(sessionId);
  if (!checkout) throw missingResource("checkout.session", sessionId);
  return checkout;
}

function findOpen(state: State, sessionId: string): Checkout {
  const checkout = findCheckout(state, sessionId);
  if (checkout.session.status !== "open")
    throw new RangeError(`The session is ${checkout.session.status ?? "gone"}, not open.`);
  return checkout;
}

function buyerOf({ session }: Checkout): { email: string; name: string | null } {
  return { email: session.customer_details?.email ?? "buyer@example.com", name: null };
}
