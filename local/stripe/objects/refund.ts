import type Stripe from "stripe";
import { newId } from "../ids.ts";

/** A refund of a part or all of a charge. */
export function buildRefund(
  charge: Stripe.Charge,
  amount: number,
  params: Stripe.RefundCreateParams,
  setting: { created: number; status: string },
): Stripe.Refund {
  return {
    id: newId("re"),
    object: "refund",
    amount,
    balance_transaction: setting.status === "requires_action" ? null : newId("txn"),
    charge: charge.id,
    created: setting.created,
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    destination_details: {
      type: "card",
      card: {
        reference_status: "pending",
        reference_type: "acquirer_reference_number",
        type: "refund",
      },
    },
    metadata: (params.metadata === "" ? {} : (params.metadata ?? {})) as Stripe.Metadata,
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: params.reason ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: setting.status,
    transfer_reversal: null,
  };
}
