import type Stripe from "stripe";
import { createSession, expireSession } from "../checkout.ts";
import { CONTRACT } from "../contract.ts";
import { listPage, type ListParams } from "../listing.ts";
import {
  changeMetadata,
  findCheckout,
  list,
  operation,
  playing,
  type Operation,
} from "./operation.ts";

export const CHECKOUT_SESSIONS: readonly Operation[] = [
  operation<Stripe.Checkout.SessionCreateParams>(
    "POST /v1/checkout/sessions",
    CONTRACT.sessionCreate,
    (call) => createSession(call.ledger, call.params, call),
  ),
  operation<Stripe.Checkout.SessionListParams & ListParams>(
    "GET /v1/checkout/sessions",
    CONTRACT.sessionList,
    (call) => {
      const sessions = [...call.ledger.state.checkouts.values()].map(({ session }) => session);
      return list(call, sessions, "checkout/sessions", ["customer", "payment_intent", "status"]);
    },
  ),
  operation(
    "GET /v1/checkout/sessions/:id",
    CONTRACT.nothing,
    (call) => findCheckout(call).session,
  ),
  operation<Stripe.Checkout.SessionUpdateParams>(
    "POST /v1/checkout/sessions/:id",
    playing(CONTRACT.sessionUpdate, "metadata"),
    (call) => {
      const { session } = findCheckout(call);
      changeMetadata(session, call.params.metadata);
      return session;
    },
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
];
