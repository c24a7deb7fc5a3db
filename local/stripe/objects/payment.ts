import type Stripe from "stripe";
import { newId } from "../ids.ts";

/** How the buyer pays, as far as it is shown: never a whole card number. */
export interface PaymentMeans {
  id: string;
  kind: "card" | "bank_transfer";
  brand: string;
  last4: string;
  expMonth: number;
  expYear: number;
  name: string | null;
  email: string | null;
  address: Stripe.Address | null;
  /** Whether the card's owner has authenticated by 3-D Secure. */
  authenticated: boolean;
}

/** A charge that succeeded (or is pending, for a delayed method). */
export function buildCharge(
  intent: Stripe.PaymentIntent,
  means: PaymentMeans,
  created: number,
): Stripe.Charge {
  const pending = means.kind === "bank_transfer";
  return {
    ...emptyChargeFields(),
    id: newId("ch"),
    object: "charge",
    amount: intent.amount,
    amount_captured: pending ? 0 : intent.amount,
    balance_transaction: pending ? null : newId("txn"),
    billing_details: {
      address: means.address,
      email: means.email,
      name: means.name,
      phone: null,
      tax_id: null,
    },
    captured: true,
    created,
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    livemode: intent.livemode,
    metadata: { ...intent.metadata },
    outcome: outcome("authorized", "Payment complete.", null),
    paid: !pending,
    payment_intent: intent.id,
    payment_method: means.id,
    payment_method_details: buildMethodDetails(means, intent.amount),
    status: pending ? "pending" : "succeeded",
  };
}

/** Notes on a card's charge that its owner authenticated. */
export function authenticatedBy3ds(charge: Stripe.Charge): void {
  const card = charge.payment_method_details?.card;
  if (card)
    card.three_d_secure = {
      authentication_flow: "challenge",
      electronic_commerce_indicator: "05",
      exemption_indicator: null,
      result: "authenticated",
      result_reason: null,
      transaction_id: newId("").slice(1),
      version: "2.2.0",
    };
}

/** Turns a charge into one the issuer declined; `reason` is the issuer's code. */
export function declineCharge(
  charge: Stripe.Charge,
  code: string,
  message: string,
  reason: string,
): void {
  charge.status = "failed";
  charge.paid = false;
  charge.captured = false;
  charge.amount_captured = 0;
  charge.balance_transaction = null;
  charge.failure_code = code;
  charge.failure_message = message;
  charge.outcome = outcome("issuer_declined", "The bank declined the payment.", reason);
}

function outcome(status: string, message: string, reason: string | null): Stripe.Charge.Outcome {
  const authorized = status === "authorized";
  return {
    advice_code: null,
    network_advice_code: null,
    network_decline_code: null,
    network_status: authorized ? "approved_by_network" : "declined_by_network",
    reason,
    risk_level: "normal",
    risk_score: 20,
    seller_message: message,
    type: status,
  };
}

function buildMethodDetails(
  means: PaymentMeans,
  amount: number,
): Stripe.Charge.PaymentMethodDetails {
  if (means.kind === "bank_transfer") return { type: "customer_balance", customer_balance: {} };
  return {
    type: "card",
    card: {
      amount_authorized: amount,
      authorization_code: null,
      brand: means.brand,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: "pass" },
      country: "US",
      electronic_commerce_indicator: null,
      exp_month: means.expMonth,
      exp_year: means.expYear,
      funding: "credit",
      installments: null,
      last4: means.last4,
      mandate: null,
      network: means.brand,
      network_transaction_id: null,
      regulated_status: "unregulated",
      three_d_secure: null,
      transaction_link_id: null,
      wallet: null,
    },
  };
}

function emptyChargeFields() {
  return {
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    calculated_statement_descriptor: "SLIPWAY",
    disputed: false,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    fraud_details: {},
    on_behalf_of: null,
    receipt_email: null,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    transfer_data: null,
    transfer_group: null,
  };
}
