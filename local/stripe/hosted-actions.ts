import { applyPromotionCode, recheckDiscount, removeDiscount } from "./discounts.ts";
import { totalOf } from "./hosted-summary.ts";
import type { Checkout } from "./checkout-record.ts";
import { findIntent, now, type Ledger } from "./ledger.ts";
import {
  keepValues,
  readBilling,
  readPaymentForm,
  type FormNeeds,
  type FormState,
  type Payment,
} from "./payment-form.ts";
import { completeFree, payByCard } from "./payments.ts";
import { priceCheckout } from "./pricing.ts";
import { payByTransfer, settleTransfer } from "./transfers.ts";

/** What the page answers to a form: itself again, or another address. */
export type Reply = { show: FormState } | { to: string };

/** Does what a form of the hosted page asks. */
export function actOnCheckout(ledger: Ledger, checkout: Checkout, form: URLSearchParams): Reply {
  const action = form.get("action");
  if (checkout.session.status === "complete") return settle(ledger, checkout, action);
  if (action === "remove") removeDiscount(ledger, checkout);
  if (action === "remove") return { show: { values: keepValues(form), errors: {} } };
  if (action === "apply") return applyCode(ledger, checkout, form);
  if (action === "update") return updateTotal(ledger, checkout, form);
  return pay(ledger, checkout, form, action === "transfer");
}

/** What the form of an open session must ask for. */
export function needsOf({ session }: Checkout): FormNeeds {
  const street = session.billing_address_collection === "required";
  const business = session.tax_id_collection?.enabled ?? false;
  return {
    card: session.payment_status !== "no_payment_required",
    terms: session.consent_collection?.terms_of_service === "required",
    country: street || business || session.automatic_tax.enabled,
    street,
    business,
  };
}

/** Where the buyer goes after paying. */
export function successUrl({ session }: Checkout): string {
  return (session.success_url ?? "").replaceAll("{CHECKOUT_SESSION_ID}", session.id);
}

function settle(ledger: Ledger, checkout: Checkout, action: string | null): Reply {
  if (action !== "arrived" && action !== "missing") return { show: { values: {}, errors: {} } };
  const isOnItsWay = findIntent(ledger, checkout.session)?.status === "processing";
  if (isOnItsWay) settleTransfer(ledger, checkout, action === "arrived");
  return { to: successUrl(checkout) };
}

function applyCode(ledger: Ledger, checkout: Checkout, form: URLSearchParams): Reply {
  const values = keepValues(form);
  const allowed = checkout.session.allow_promotion_codes === true;
  const problem = allowed
    ? applyPromotionCode(ledger, checkout, values.promotionCode ?? "")
    : "This checkout takes no promotion codes.";
  return { show: { values, errors: problem === null ? {} : { promotionCode: problem } } };
}

function updateTotal(ledger: Ledger, checkout: Checkout, form: URLSearchParams): Reply {
  const errors: FormState["errors"] = {};
  locate(ledger, checkout, readBilling(form, needsOf(checkout), errors));
  return { show: { values: keepValues(form), errors } };
}

function pay(
  ledger: Ledger,
  checkout: Checkout,
  form: URLSearchParams,
  byTransfer: boolean,
): Reply {
  const needs = needsOf(checkout);
  const values = keepValues(form);
  const asked = { ...needs, card: needs.card && !byTransfer };
  const result = readPaymentForm(form, asked, now(ledger));
  if ("problems" in result) return { show: result.problems };
  locate(ledger, checkout, result.payment.buyer);
  const problem = recheckDiscount(ledger, checkout);
  if (problem !== null) {
    removeDiscount(ledger, checkout);
    return { show: { values, errors: { promotionCode: problem } } };
  }
  const notice = changedTotal(checkout, form);
  if (notice !== null) return { show: { values, errors: {}, notice } };
  return take(ledger, checkout, result.payment, values);
}

function take(
  ledger: Ledger,
  checkout: Checkout,
  { buyer, card }: Payment,
  values: FormState["values"],
): Reply {
  const isFree = checkout.session.payment_status === "no_payment_required";
  if (isFree) completeFree(ledger, checkout, buyer);
  else if (!card) payByTransfer(ledger, checkout, buyer);
  else {
    const outcome = payByCard(ledger, checkout, card, buyer);
    if (outcome.kind === "declined")
      return { show: { values, errors: { cardNumber: outcome.message } } };
    if (outcome.kind === "authenticate")
      return { to: `/c/pay/${checkout.session.id}/authenticate` };
  }
  return { to: successUrl(checkout) };
}

/** Prices the session for where the buyer is. */
function locate(
  ledger: Ledger,
  checkout: Checkout,
  { address, taxId }: Pick<Payment["buyer"], "address" | "taxId">,
): void {
  if (!address) return;
  checkout.address = address;
  if (taxId === null) delete checkout.taxId;
  else checkout.taxId = taxId;
  priceCheckout(ledger, checkout);
}

// Nobody pays more, or less, than the page has shown.
function changedTotal({ session }: Checkout, form: URLSearchParams): string | null {
  const shown = form.get("shownTotal");
  if (shown === null || Number(shown) === session.amount_total) return null;
  return `The total is now ${totalOf(session)}. Check it, then pay.`;
}
