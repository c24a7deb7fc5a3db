import type Stripe from "stripe";
import { CONTRACT } from "../contract.ts";
import { recordEvent } from "../ledger.ts";
import type { ListParams } from "../listing.ts";
import { cancelRefund } from "../refund-ends.ts";
import { createRefund } from "../refunds.ts";
import { changeMetadata, find, list, operation, type Operation } from "./operation.ts";

export const REFUNDS: readonly Operation[] = [
  operation<Stripe.RefundCreateParams>("POST /v1/refunds", CONTRACT.refundCreate, (call) =>
    createRefund(call.ledger, call.params, call),
  ),
  operation<Stripe.RefundListParams & ListParams>("GET /v1/refunds", CONTRACT.refundList, (call) =>
    list(call, call.ledger.state.refunds.values(), "refunds", ["charge", "payment_intent"]),
  ),
  operation("GET /v1/refunds/:id", CONTRACT.nothing, (call) =>
    find(call.ledger.state.refunds, call, "refund"),
  ),
  operation<Stripe.RefundUpdateParams>("POST /v1/refunds/:id", CONTRACT.refundUpdate, (call) => {
    const refund = find(call.ledger.state.refunds, call, "refund");
    changeMetadata(refund, call.params.metadata);
    recordEvent(call.ledger, "refund.updated", refund, call.livemode, call.cause);
    return refund;
  }),
  operation("POST /v1/refunds/:id/cancel", CONTRACT.nothing, (call) =>
    cancelRefund(call.ledger, find(call.ledger.state.refunds, call, "refund"), call.cause),
  ),
];
