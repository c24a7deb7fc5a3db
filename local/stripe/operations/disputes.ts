import type Stripe from "stripe";
import { CONTRACT } from "../contract.ts";
import { closeDispute, updateDispute } from "../disputes.ts";
import type { ListParams } from "../listing.ts";
import { changeMetadata, find, list, operation, type Operation } from "./operation.ts";

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
  operation<Stripe.DisputeUpdateParams>("POST /v1/disputes/:id", CONTRACT.disputeUpdate, (call) => {
    const dispute = find(call.ledger.state.disputes, call, "dispute");
    changeMetadata(dispute, call.params.metadata);
    return updateDispute(call.ledger, dispute, call.params, call.cause);
  }),
  operation("POST /v1/disputes/:id/close", CONTRACT.nothing, (call) =>
    closeDispute(call.ledger, find(call.ledger.state.disputes, call, "dispute"), call.cause),
  ),
];
