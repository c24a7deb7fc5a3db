import type Stripe from "stripe";
import { ApiError, invalidParameter, missingResource } from "./api-error.ts";
import { partialAddress, type Buyer } from "./buyer.ts";
import { DECLINED_CARD, DISPUTED_CARD, INQUIRY_CARD, PAYING_CARD, POOR_CARD } from "./cards.ts";
import { cardDigits, findTestCard } from "./cards.ts";
import { CONTRACT } from "./contract.ts";
import { newId } from "./ids.ts";
import type { Checkout } from "./checkout-record.ts";
import { now } from "./ledger.ts";
import { findCheckout, operation, type Call, type Operation } from "./operations/operation.ts";
import { completeFree, payByCard } from "./payments.ts";
import type { Fields } from "./parameters.ts";

/** A payment method made by the API, with the number of its test card. */
export interface KeptPaymentMethod {
  method: Stripe.PaymentMethod;
  number: string;
}

interface ConfirmParams {
  payment_method?: string;
  expected_amount: number;
}

// A private request of Stripe's own page: no type declares it.
const CONFIRM: Fields = {
  payment_method: { kind: "text" },
  expected_amount: { kind: "integer", required: true },
};

const TOKENS: Readonly<Record<string, string>> = {
  tok_visa: PAYING_CARD,
  tok_mastercard: "5555555555554444",
  tok_amex: "378282246310005",
  tok_chargeDeclined: DECLINED_CARD,
  tok_chargeDeclinedInsufficientFunds: POOR_CARD,
  tok_createDispute: DISPUTED_CARD,
  tok_createDisputeInquiry: INQUIRY_CARD,
};

/** What Stripe's command line sends to pay a session without a browser. */
export const PAYMENT_PAGES: readonly Operation[] = [
  operation<Stripe.PaymentMethodCreateParams>(
    "POST /v1/payment_methods",
    CONTRACT.paymentMethodCreate,
    createPaymentMethod,
  ),
  operation("GET /v1/payment_pages/:id", CONTRACT.nothing, (call) => findCheckout(call).session),
  operation<ConfirmParams>("POST /v1/payment_pages/:id/confirm", CONFIRM, confirm),
];

function createPaymentMethod(call: Call<Stripe.PaymentMethodCreateParams>): Stripe.PaymentMethod {
  const { ledger, params, livemode } = call;
  if (params.type !== "card" || !params.card)
    throw invalidParameter("type", "The local Stripe makes payment methods of the type card.");
  const number = readNumber(params.card);
  const method = buildPaymentMethod(params, number, { livemode, created: now(ledger) });
  ledger.state.paymentMethods.set(method.id, { method, number });
  return method;
}

function readNumber(card: Stripe.PaymentMethodCreateParams.Card): string {
  const { token, number = "" } = card;
  const digits = token === undefined ? cardDigits(number) : TOKENS[token];
  if (digits === undefined) throw missingResource("token", token ?? "", "card[token]");
  if (!findTestCard(digits))
    throw invalidParameter("card[number]", "Only the test cards work here.", "incorrect_number");
  return digits;
}

function buildPaymentMethod(
  params: Stripe.PaymentMethodCreateParams,
  number: string,
  { livemode, created }: { livemode: boolean; created: number },
): Stripe.PaymentMethod {
  const { address, email, name, phone, tax_id: taxId } = params.billing_details ?? {};
  const brand = findTestCard(number)?.brand ?? "visa";
  return {
    id: newId("pm"),
    object: "payment_method",
    billing_details: {
      address: partialAddress(address || {}),
      email: email || null,
      name: name || null,
      phone: phone || null,
      tax_id: taxId ?? null,
    },
    card: {
      brand,
      checks: null,
      country: "US",
      display_brand: brand,
      exp_month: params.card?.exp_month ?? 12,
      exp_year: params.card?.exp_year ?? new Date(created * 1000).getUTCFullYear() + 5,
      funding: "credit",
      generated_from: null,
      last4: number.slice(-4),
      networks: { available: [brand], preferred: null },
      regulated_status: "unregulated",
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created,
    customer: null,
    customer_account: null,
    livemode,
    metadata: {},
    type: "card",
  };
}

function confirm(call: Call<ConfirmParams>): Stripe.Checkout.Session {
  const { ledger, params } = call;
  const checkout = findCheckout(call);
  const { session } = checkout;
  if (session.status !== "open")
    throw new ApiError(400, {
      type: "invalid_request_error",
      message: `This Checkout Session is ${session.status ?? "gone"}, not open.`,
    });
  if (params.expected_amount !== session.amount_total)
    throw invalidParameter("expected_amount", "The amount is another one by now.");
  if (session.payment_status === "no_payment_required")
    completeFree(ledger, checkout, buyerOf(null, session));
  else pay(call, checkout);
  return session;
}

function pay({ ledger, params }: Call<ConfirmParams>, checkout: Checkout): void {
  const id = params.payment_method ?? "";
  const kept = ledger.state.paymentMethods.get(id);
  if (kept?.method.livemode !== checkout.session.livemode)
    throw missingResource("payment_method", id, "payment_method");
  const { exp_month: expMonth = 12, exp_year: expYear = 0 } = kept.method.card ?? {};
  const buyer = buyerOf(kept.method, checkout.session);
  const outcome = payByCard(ledger, checkout, { number: kept.number, expMonth, expYear }, buyer);
  if (outcome.kind === "declined")
    throw new ApiError(402, {
      type: "card_error",
      code: "card_declined",
      message: outcome.message,
    });
}

function buyerOf(method: Stripe.PaymentMethod | null, session: Stripe.Checkout.Session): Buyer {
  const { address = null, email = null, name = null } = method?.billing_details ?? {};
  const known = session.customer_details?.email ?? session.customer_email;
  return {
    email: known ?? email ?? "buyer@example.com",
    name,
    address,
    businessName: null,
    taxId: null,
  };
}
