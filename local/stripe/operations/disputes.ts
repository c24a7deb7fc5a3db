import type Stripe from "stripe";
import { CONTRACT } from "../contract.ts";
import type { ListParams } from "../listing.ts";
import { find, list, operation, type Operation } from "./operation.ts";

export const DISPUTES: readonly Operation[] = [
  operation<Stripe.DisputeListParams & ListParams>(
    "GET /v1/disputes",
    CONTRACT.disputeList,
    (call) =>
      list(call, call.ledger.state.disputes.values(), "disputes", ["charge", "payment_intent"]),
  ),
  operation("GET /v1/disputes/:id", CONTRACT.nothing, (call) =>
    find(call.ledger.state.disputes, call, "dispute"),
  ),
];
