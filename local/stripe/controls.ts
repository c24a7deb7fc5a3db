import { missingResource } from "./api-error.ts";
import { partialAddress, type Buyer } from "./buyer.ts";
import { PAYING_CARD } from "./cards.ts";
import { expireSession } from "./checkout.ts";
import { createDisputeControls, type DisputeControls } from "./dispute-controls.ts";
import { runDue } from "./due.ts";
import type { Checkout } from "./checkout-record.ts";
import { NO_REQUEST, type Ledger, type State } from "./ledger.ts";
import { authenticate, completeFree, payByCard, type Outcome } from "./payments.ts";
import { priceCheckout } from "./pricing.ts";
import { createPromotionControls, type PromotionControls } from "./promotion-controls.ts";
import { createRefundControls, type RefundControls } from "./refund-controls.ts";
import { payByTransfer, settleTransfer } from "./transfers.ts";
import type { Webhooks } from "./webhooks.ts";

/** What a test (or a button) does where a buyer, a bank or the time would. */
export interface Controls
  extends PaymentControls, RefundControls, DisputeControls, PromotionControls {
  /** Everything the local Stripe knows, to look at. */
  state: State;
  webhooks: Webhooks;
  /** Milliseconds each request of the API takes. */
  latency: number;
  /** Moves the virtual clock ahead: sessions whose time is over expire, slow refunds end. */
  advance(seconds: number): void;
}

/** What the buyer does with an open session. */
export interface PaymentControls {
  /**
   * Pays an open session by a test card, from where no tax is owed unless `setAddress` said
   * otherwise. Gives null when paid, `authentication_required` when
   * `authenticate` must follow, else why the card was declined.
   */
  pay(sessionId: string, cardNumber?: string): string | null;
  /** Ends the wait for the card's owner. Gives null when paid, else why not. */
  authenticate(sessionId: string, passed: boolean): string | null;
  /** Completes an open session by a bank transfer that arrives later, or never. */
  payByTransfer(sessionId: string): void;
  /** Ends a transfer that is on its way. */
  settle(sessionId: string, arrived: boolean): void;
  /** The buyer leaves; gives the address the cancel link goes to. The session stays open. */
  cancel(sessionId: string): string | null;
  /** Ends an open session. */
  expire(sessionId: string): void;
}

/** The controls of a ledger; `changed` is called when one was used. */
export function createControls(ledger: Ledger, webhooks: Webhooks, changed: () => void): Controls {
  const { state } = ledger;
  return {
    state,
    webhooks,
    latency: 0,
    ...createPaymentControls(ledger, changed),
    ...createRefundControls(ledger, changed),
    ...createDisputeControls(ledger, changed),
    ...createPromotionControls(ledger, changed),
    advance(seconds) {
      changed();
      state.clockOffset += seconds;
      runDue(ledger);
    },
  };
}

function createPaymentControls(ledger: Ledger, changed: () => void): PaymentControls {
  const { state } = ledger;
  const card = { expMonth: 12, expYear: new Date().getUTCFullYear() + 5 };
  return {
    pay(sessionId, number = PAYING_CARD) {
      changed();
      const checkout = findOpen(state, sessionId);
      const buyer = buyerOf(ledger, checkout);
      if (checkout.session.payment_status !== "no_payment_required")
        return messageOf(payByCard(ledger, checkout, { ...card, number }, buyer));
      completeFree(ledger, checkout, buyer);
      return null;
    },
    authenticate(sessionId, passed) {
      changed();
      return messageOf(authenticate(ledger, findOpen(state, sessionId), passed));
    },
    payByTransfer(sessionId) {
      changed();
      const checkout = findOpen(state, sessionId);
      payByTransfer(ledger, checkout, buyerOf(ledger, checkout));
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
  };
}

function findCheckout(state: State, sessionId: string): Checkout {
  const checkout = state.checkouts.get(sessionId);
  if (!checkout) throw missingResource("checkout.session", sessionId);
  return checkout;
}

/** The checkout of a session that can be paid. Throws RangeError when it is not open. */
function findOpen(state: State, sessionId: string): Checkout {
  const checkout = findCheckout(state, sessionId);
  if (checkout.session.status !== "open")
    throw new RangeError(`The session is ${checkout.session.status ?? "gone"}, not open.`);
  return checkout;
}

function messageOf(outcome: Outcome): string | null {
  if (outcome.kind === "paid") return null;
  return outcome.kind === "authenticate" ? "authentication_required" : outcome.message;
}

function buyerOf(ledger: Ledger, checkout: Checkout): Buyer {
  const { session } = checkout;
  if (session.automatic_tax.enabled && !checkout.address) {
    // Nobody pays without saying where; there no tax changes the total a test expects.
    checkout.address = partialAddress({ country: "US", postal_code: "10001" });
    priceCheckout(ledger, checkout);
  }
  return {
    email: session.customer_details?.email ?? "buyer@example.com",
    name: null,
    address: checkout.address ?? null,
    businessName: null,
    taxId: checkout.taxId ?? null,
  };
}
