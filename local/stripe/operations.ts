import type Stripe from "stripe";
import { missingResource } from "./api-error.ts";
import { createSession, expireSession } from "./checkout.ts";
import { CONTRACT } from "./contract.ts";
import { now, recordEvent, type Cause, type Checkout, type Ledger } from "./ledger.ts";
import { listPage, type ListParams } from "./listing.ts";
import { buildCustomer } from "./objects/customer.ts";
import type { Fields } from "./parameters.ts";
import { createRefund } from "./refunds.ts";

/** A request of the API whose parameters have been read. */
export interface Call<P> {
  ledger: Ledger;
  params: P;
  /** What stands for `:id` in the path. */
  id: string;
  livemode: boolean;
  baseUrl: string;
  cause: Cause;
}

/** One method and path of the API. */
export interface Operation {
  method: "GET" | "POST" | "DELETE";
  path: string;
  fields: Fields;
  /** Gives the object to answer; throws ApiError. */
  run(call: Call<never>): object;
}

/** Every request the local Stripe understands. */
export const OPERATIONS: readonly Operation[] = [
  operation<Stripe.Checkout.SessionCreateParams>(
    "POST /v1/checkout/sessions",
    CONTRACT.sessionCreate,
    (call) => createSession(call.ledger, call.params, call),
  ),
  operation<Stripe.Checkout.SessionListParams & ListParams>(
    "GET /v1/checkout/sessions",
    CONTRACT.sessionList,
    ({ ledger, params, livemode }) =>
      listPage(
        "/v1/checkout/sessions",
        [...ledger.state.checkouts.values()]
          .map(({ session }) => session)
          .filter((each) => each.livemode === livemode && matches(each, params, SESSION_FILTERS)),
        params,
      ),
  ),
  operation(
    "GET /v1/checkout/sessions/:id",
    CONTRACT.nothing,
    (call) => findCheckout(call).session,
  ),
  operation("POST /v1/checkout/sessions/:id/expire", CONTRACT.nothing, (call) => {
    const checkout = findCheckout(call);
    expireSession(call.ledger, checkout, call.cause);
    return checkout.session;
  }),
  operation<ListParams>(
    "GET /v1/checkout/sessions/:id/line_items",
    CONTRACT.lineItemList,
    (call) => {
      const { session, lineItems } = findCheckout(call);
      const url = `/v1/checkout/sessions/${session.id}/line_items`;
      return listPage(url, lineItems.toReversed(), call.params);
    },
  ),

  operation<Stripe.CustomerCreateParams>(
    "POST /v1/customers",
    CONTRACT.customerCreate,
    ({ ledger, params, livemode, cause }) => {
      const customer = buildCustomer(params, livemode, now(ledger));
      ledger.state.customers.set(customer.id, customer);
      recordEvent(ledger, "customer.created", customer, livemode, cause);
      return customer;
    },
  ),
  operation<Stripe.CustomerListParams & ListParams>(
    "GET /v1/customers",
    CONTRACT.customerList,
    ({ ledger, params, livemode }) =>
      listPage(
        "/v1/customers",
        [...ledger.state.customers.values()].filter(
          (each): each is Stripe.Customer =>
            !each.deleted && each.livemode === livemode && matches(each, params, ["email"]),
        ),
        params,
      ),
  ),
  operation("GET /v1/customers/:id", CONTRACT.nothing, (call) => {
    const customer = call.ledger.state.customers.get(call.id);
    if (!customer || (!customer.deleted && customer.livemode !== call.livemode))
      throw missingResource("customer", call.id);
    return customer;
  }),
  operation("DELETE /v1/customers/:id", CONTRACT.nothing, deleteCustomer),

  operation("GET /v1/payment_intents/:id", CONTRACT.nothing, (call) =>
    find(call.ledger.state.paymentIntents, call, "payment_intent"),
  ),
  operation<Stripe.PaymentIntentListParams & ListParams>(
    "GET /v1/payment_intents",
    CONTRACT.paymentIntentList,
    (call) => list(call, call.ledger.state.paymentIntents, "payment_intents", ["customer"]),
  ),
  operation("GET /v1/charges/:id", CONTRACT.nothing, (call) =>
    find(call.ledger.state.charges, call, "charge"),
  ),
  operation<Stripe.ChargeListParams & ListParams>("GET /v1/charges", CONTRACT.chargeList, (call) =>
    list(call, call.ledger.state.charges, "charges", ["customer", "payment_intent"]),
  ),

  operation<Stripe.RefundCreateParams>("POST /v1/refunds", CONTRACT.refundCreate, (call) =>
    createRefund(call.ledger, call.params, call.livemode, call.cause),
  ),
  operation<Stripe.RefundListParams & ListParams>("GET /v1/refunds", CONTRACT.refundList, (call) =>
    list(call, call.ledger.state.refunds, "refunds", ["charge", "payment_intent"]),
  ),
  operation("GET /v1/refunds/:id", CONTRACT.nothing, (call) =>
    find(call.ledger.state.refunds, call, "refund"),
  ),

  operation<Stripe.DisputeListParams & ListParams>(
    "GET /v1/disputes",
    CONTRACT.disputeList,
    (call) => list(call, call.ledger.state.disputes, "disputes", ["charge", "payment_intent"]),
  ),
  operation<Stripe.EventListParams & ListParams>("GET /v1/events", CONTRACT.eventList, listEvents),
  operation("GET /v1/events/:id", CONTRACT.nothing, (call) =>
    find(call.ledger.state.events, call, "event"),
  ),
];

const SESSION_FILTERS = ["customer", "payment_intent", "status"] as const;

function operation<P>(route: string, fields: Fields, run: (call: Call<P>) => object): Operation {
  const [method, path = ""] = route.split(" ");
  // The reader has checked the parameters against `fields`, which mirror P.
  return { method: method as Operation["method"], path, fields, run: run };
}

function findCheckout({ ledger, id, livemode }: Call<unknown>): Checkout {
  const checkout = ledger.state.checkouts.get(id);
  if (checkout?.session.livemode !== livemode) throw missingResource("checkout.session", id);
  return checkout;
}

function find<T extends object>(things: Map<string, T>, call: Call<unknown>, noun: string): T {
  const thing = things.get(call.id);
  if (!thing || modeOf(thing, call) !== call.livemode) throw missingResource(noun, call.id);
  return thing;
}

// A refund does not carry its mode: it has the mode of its charge.
function modeOf(thing: object, { ledger }: Call<unknown>): boolean {
  if ("livemode" in thing) return thing.livemode === true;
  const charge = "charge" in thing ? ledger.state.charges.get(String(thing.charge)) : undefined;
  return charge?.livemode ?? false;
}

function list<T extends { id: string; created?: number }, P extends ListParams>(
  call: Call<P>,
  things: Map<string, T>,
  path: string,
  filters: readonly (keyof T & keyof P)[],
): object {
  const own = [...things.values()].filter(
    (thing) => modeOf(thing, call) === call.livemode && matches(thing, call.params, filters),
  );
  return listPage(`/v1/${path}`, own, call.params);
}

function matches<T extends object, P extends object>(
  thing: T,
  params: P,
  names: readonly (keyof T & keyof P)[],
): boolean {
  return names.every((name) => {
    const wanted: unknown = params[name];
    return wanted === undefined || wanted === thing[name];
  });
}

function deleteCustomer({ ledger, id, livemode, cause }: Call<unknown>): Stripe.DeletedCustomer {
  const customer = ledger.state.customers.get(id);
  if (!customer || customer.deleted || customer.livemode !== livemode)
    throw missingResource("customer", id);
  const deleted: Stripe.DeletedCustomer = { id, object: "customer", deleted: true };
  ledger.state.customers.set(id, deleted);
  recordEvent(ledger, "customer.deleted", customer, livemode, cause);
  return deleted;
}

function listEvents(call: Call<Stripe.EventListParams & ListParams>): object {
  const { type, types, delivery_success: delivered } = call.params;
  const wanted = types ?? (type === undefined ? null : [type]);
  const events = [...call.ledger.state.events.values()].filter(
    (event) =>
      event.livemode === call.livemode &&
      (wanted === null || wanted.some((name) => isOfType(event.type, name))) &&
      (delivered === undefined || (event.pending_webhooks === 0) === delivered),
  );
  return listPage("/v1/events", events, call.params);
}

function isOfType(type: string, wanted: string): boolean {
  return wanted.endsWith("*") ? type.startsWith(wanted.slice(0, -1)) : type === wanted;
}
