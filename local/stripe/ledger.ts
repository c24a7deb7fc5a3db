import Stripe from "stripe";
import type { CardSequel } from "./cards.ts";
import type { Checkout } from "./checkout-record.ts";
import { newId } from "./ids.ts";
import type { KeptPaymentMethod } from "./payment-pages.ts";
import type { DueRefund } from "./refund-ends.ts";
import type { KeptEndpoint } from "./webhook-endpoints.ts";

/** One try to deliver an event. */
export interface Delivery {
  eventId: string;
  /** The endpoint's id; "configured" for the one the stack is started with. */
  endpointId: string;
  attempt: number;
  /** Unix milliseconds of the real clock. */
  at: number;
  /** What the endpoint answered; null when it gave no answer. */
  status: number | null;
  /** Why there was no answer. */
  error: string | null;
}

/** A stored answer, replayed when its idempotency key comes again. */
export interface StoredAnswer {
  fingerprint: string;
  status: number;
  body: string;
  requestId: string;
  /** Unix seconds. */
  created: number;
}

/** All that the local Stripe knows; plain data, kept as JSON between runs. */
export interface State {
  /** Seconds the virtual clock is ahead of the real one. */
  clockOffset: number;
  checkouts: Map<string, Checkout>;
  customers: Map<string, Stripe.Customer | Stripe.DeletedCustomer>;
  paymentIntents: Map<string, Stripe.PaymentIntent>;
  charges: Map<string, Stripe.Charge>;
  refunds: Map<string, Stripe.Refund>;
  disputes: Map<string, Stripe.Dispute>;
  coupons: Map<string, Stripe.Coupon>;
  promotionCodes: Map<string, Stripe.PromotionCode>;
  invoices: Map<string, Stripe.Invoice>;
  taxIds: Map<string, Stripe.TaxId>;
  products: Map<string, Stripe.Product>;
  prices: Map<string, Stripe.Price>;
  /** What the card of a charge does after the payment, by the charge's id. */
  sequels: Map<string, CardSequel>;
  /** By the refund's id. */
  dueRefunds: Map<string, DueRefund>;
  paymentMethods: Map<string, KeptPaymentMethod>;
  webhookEndpoints: Map<string, KeptEndpoint>;
  events: Map<string, Stripe.Event>;
  answers: Map<string, StoredAnswer>;
  deliveries: Delivery[];
}

/** The state, and who hears of new events. */
export interface Ledger {
  state: State;
  /** Where hosted pages are. */
  baseUrl: string;
  announce(event: Stripe.Event): void;
}

/** The API request an event comes from; the hosted page and the clock have none. */
export type Cause = Stripe.Event.Request;

export const NO_REQUEST: Cause = { id: null, idempotency_key: null };

export function emptyState(): State {
  return {
    clockOffset: 0,
    checkouts: new Map(),
    customers: new Map(),
    paymentIntents: new Map(),
    charges: new Map(),
    refunds: new Map(),
    disputes: new Map(),
    coupons: new Map(),
    promotionCodes: new Map(),
    invoices: new Map(),
    taxIds: new Map(),
    products: new Map(),
    prices: new Map(),
    sequels: new Map(),
    dueRefunds: new Map(),
    paymentMethods: new Map(),
    webhookEndpoints: new Map(),
    events: new Map(),
    answers: new Map(),
    deliveries: [],
  };
}

/** The virtual clock, in Unix seconds. */
export function now(ledger: Ledger): number {
  return Math.floor(Date.now() / 1000) + ledger.state.clockOffset;
}

/** Stores an event that no API request causes. */
export function announce(
  ledger: Ledger,
  type: Stripe.Event.Type,
  object: { livemode: boolean },
): void {
  recordEvent(ledger, type, object, object.livemode, NO_REQUEST);
}

/** Stores an event with a snapshot of the object and announces it. */
export function recordEvent(
  ledger: Ledger,
  type: Stripe.Event.Type,
  object: object,
  livemode: boolean,
  cause: Cause,
): void {
  const event = {
    id: newId("evt"),
    object: "event",
    api_version: Stripe.API_VERSION,
    created: now(ledger),
    data: { object: structuredClone(object) },
    livemode,
    pending_webhooks: 1,
    request: { ...cause },
    type,
  } as unknown as Stripe.Event;
  ledger.state.events.set(event.id, event);
  ledger.announce(event);
}

/** The session's payment intent; null before the first try to pay. */
export function findIntent(
  ledger: Ledger,
  session: Stripe.Checkout.Session,
): Stripe.PaymentIntent | null {
  const id = session.payment_intent;
  return typeof id === "string" ? (ledger.state.paymentIntents.get(id) ?? null) : null;
}

/** The charge of the last try to pay, or null. */
export function findLatestCharge(
  ledger: Ledger,
  intent: Stripe.PaymentIntent | null,
): Stripe.Charge | null {
  const id = intent?.latest_charge;
  return typeof id === "string" ? (ledger.state.charges.get(id) ?? null) : null;
}
