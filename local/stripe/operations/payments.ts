import type Stripe from "stripe";
import { CONTRACT } from "../contract.ts";
import { recordEvent } from "../ledger.ts";
import type { ListParams } from "../listing.ts";
import { changeMetadata, find, list, operation, playing, type Operation } from "./operation.ts";

export const PAYMENTS: readonly Operation[] = [
  operation("GET /v1/payment_intents/:id", CONTRACT.nothing, (call) =>
    find(call.ledger.state.paymentIntents, call, "payment_intent"),
  ),
  operation<Stripe.PaymentIntentListParams & ListParams>(
    "GET /v1/payment_intents",
    CONTRACT.paymentIntentList,
    (call) =>
      list(call, call.ledger.state.paymentIntents.values(), "payment_intents", ["customer"]),
  ),
  operation("GET /v1/charges/:id", CONTRACT.nothing, (call) =>
    find(call.ledger.state.charges, call, "charge"),
  ),
  operation<Stripe.ChargeUpdateParams>(
    "POST /v1/charges/:id",
    playing(CONTRACT.chargeUpdate, "description metadata"),
    (call) => {
      const charge = find(call.ledger.state.charges, call, "charge");
      charge.description = call.params.description ?? charge.description;
      changeMetadata(charge, call.params.metadata);
      recordEvent(call.ledger, "charge.updated", charge, call.livemode, call.cause);
      return charge;
    },
  ),
  operation<Stripe.ChargeListParams & ListParams>("GET /v1/charges", CONTRACT.chargeList, (call) =>
    list(call, call.ledger.state.charges.values(), "charges", ["customer", "payment_intent"]),
  ),
];
