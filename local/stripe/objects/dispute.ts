import type Stripe from "stripe";
import { newId } from "../ids.ts";
import { idOf } from "../references.ts";

const DAY_SECONDS = 86_400;
// Card networks give between one and three weeks.
const RESPONSE_DAYS = 9;

/** What the buyer's bank says; an inquiry takes no money. */
export interface DisputeTerms {
  reason: string;
  inquiry: boolean;
  amount: number;
}

/** A new dispute of a charge as Stripe answers it, before any money moves. */
export function buildDispute(
  charge: Stripe.Charge,
  { reason, inquiry, amount }: DisputeTerms,
  created: number,
): Stripe.Dispute {
  const card = charge.payment_method_details?.card;
  const network = card?.brand ?? "visa";
  return {
    id: newId("du"),
    object: "dispute",
    amount,
    balance_transactions: [],
    charge: charge.id,
    created,
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: emptyEvidence(charge),
    evidence_details: {
      due_by: endOfDay(created + RESPONSE_DAYS * DAY_SECONDS),
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: "manual",
    },
    intended_submission_method: "manual",
    is_charge_refundable: inquiry,
    livemode: charge.livemode,
    metadata: {},
    network_reason_code: "10.4",
    payment_intent: charge.payment_intent,
    payment_method_details: {
      type: "card",
      card: {
        brand: network,
        case_type: inquiry ? "inquiry" : "chargeback",
        network,
        network_reason_code: "10.4",
      },
    },
    reason,
    status: inquiry ? "warning_needs_response" : "needs_response",
  };
}

/** The movement of a dispute's money: taken (a negative amount) or given back. */
export function buildDisputeTransaction(
  dispute: Stripe.Dispute,
  amount: number,
  created: number,
): Stripe.BalanceTransaction {
  return {
    id: newId("txn"),
    object: "balance_transaction",
    amount,
    available_on: created,
    balance_type: "payments",
    created,
    currency: dispute.currency,
    description: `Chargeback ${amount < 0 ? "withdrawal" : "reversal"} for ${idOf(dispute.charge)}`,
    exchange_rate: null,
    fee: 0,
    fee_details: [],
    net: amount,
    reporting_category: amount < 0 ? "dispute" : "dispute_reversal",
    source: dispute.id,
    status: "available",
    type: "adjustment",
  };
}

function endOfDay(time: number): number {
  return Math.floor(time / DAY_SECONDS) * DAY_SECONDS + DAY_SECONDS - 1;
}

function emptyEvidence(charge: Stripe.Charge): Stripe.Dispute.Evidence {
  return {
    access_activity_log: null,
    billing_address: null,
    cancellation_policy: null,
    cancellation_policy_disclosure: null,
    cancellation_rebuttal: null,
    customer_communication: null,
    customer_email_address: charge.billing_details.email,
    customer_name: charge.billing_details.name,
    customer_purchase_ip: null,
    customer_signature: null,
    duplicate_charge_documentation: null,
    duplicate_charge_explanation: null,
    duplicate_charge_id: null,
    enhanced_evidence: {},
    product_description: null,
    receipt: null,
    refund_policy: null,
    refund_policy_disclosure: null,
    refund_refusal_explanation: null,
    service_date: null,
    service_documentation: null,
    shipping_address: null,
    shipping_carrier: null,
    shipping_date: null,
    shipping_documentation: null,
    shipping_tracking_number: null,
    uncategorized_file: null,
    uncategorized_text: null,
  };
}
