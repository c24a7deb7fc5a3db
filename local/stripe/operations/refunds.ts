import type Stripe from "stripe";
import { CONTRACT } from "../contract.ts";
import type { ListParams } from "../listing.ts";
import { createRefund } from "../refunds.ts";
import { find, list, operation, type Operation } from "./operation.ts";

export const REFUNDS: readonly Operation[] = [
  operation<Stripe.RefundCreateParams>("POST /v1/refunds", CONTRACT.refundCreate, (call) =>
    createRefund(call.ledger, call.params, call.livemode, call.cause),
  ),
  operation<Stripe.RefundListParams & ListParams>("GET /v1/refunds", CONTRACT.refundList, (call) =>
    list(call, call.ledger.state.refunds.values(), "refunds", ["charge", "payment_intent"]),
  ),
  operation("GET /v1/refunds/:id", CONTRACT.nothing, (call) =>
    find(call.ledger.state.refunds, call, "refund"),
  ),
];
