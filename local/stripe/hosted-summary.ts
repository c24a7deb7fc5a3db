import type Stripe from "stripe";
import { escapeHtml } from "../page.ts";
import { problem } from "./hosted-fields.ts";
import { SELLER_NAME } from "./hosted-shell.ts";
import type { Checkout } from "./checkout-record.ts";
import type { Ledger } from "./ledger.ts";
import { formatAmount } from "./money.ts";
import type { FormState } from "./payment-form.ts";
import { findTax, isInclusive } from "./tax.ts";

/**
 * What is bought and what it costs: lines, discount, tax and total. With a form's state the buyer
 * can add a promotion code or cancel.
 */
export function orderSummary(ledger: Ledger, checkout: Checkout, state: FormState | null): string {
  const { session } = checkout;
  const total = formatAmount(session.amount_total ?? 0, session.currency ?? "eur");
  const cancel =
    state && session.cancel_url !== null
      ? `<p><a href="${escapeHtml(session.cancel_url)}">Cancel and go back</a></p>`
      : "";
  return `<aside>
<p class="seller">${SELLER_NAME}</p>
<h1>${total}</h1>
<ul>${lineRows(checkout)}${totalRows(ledger, checkout)}
<li class="total"><span>Total</span><span>${total}</span></li></ul>
${state && session.allow_promotion_codes ? promotionForm(checkout, state) : ""}
${cancel}
</aside>`;
}

function lineRows({ session, lineItems }: Checkout): string {
  const currency = session.currency ?? "eur";
  return lineItems
    .map((item) => {
      const quantity = item.quantity ?? 1;
      const times = quantity > 1 ? ` × ${quantity}` : "";
      return row(`${item.description ?? ""}${times}`, formatAmount(item.amount_subtotal, currency));
    })
    .join("");
}

function totalRows(ledger: Ledger, checkout: Checkout): string {
  const { session } = checkout;
  const currency = session.currency ?? "eur";
  const { amount_discount: discount = 0 } = session.total_details ?? {};
  const rows = [
    discount > 0 || session.automatic_tax.enabled
      ? row("Subtotal", formatAmount(session.amount_subtotal ?? 0, currency), "first")
      : "",
    discount > 0 ? row(discountName(ledger, checkout), formatAmount(-discount, currency)) : "",
    session.automatic_tax.enabled ? taxRow(checkout, currency) : "",
  ];
  return rows.join("");
}

function discountName({ state }: Ledger, { discount }: Checkout): string {
  const code = state.promotionCodes.get(discount?.promotionCodeId ?? "")?.code;
  const coupon = state.coupons.get(discount?.couponId ?? "");
  const percent = coupon?.percent_off ? ` (${coupon.percent_off} % off)` : "";
  return `${code ?? coupon?.name ?? "Discount"}${percent}`;
}

function taxRow(checkout: Checkout, currency: string): string {
  const tax = findTax(checkout);
  if (!tax) return row("Tax", "by your country");
  const amount = checkout.session.total_details?.amount_tax ?? 0;
  const isWithin = isInclusive(checkout.lineItems[0]?.price ?? null, currency);
  const name =
    tax.reason === "reverse_charge"
      ? "VAT, owed by the buyer"
      : `VAT ${tax.country} ${tax.percentage} %${isWithin ? ", included" : ""}`;
  return row(name, formatAmount(amount, currency));
}

function promotionForm({ session }: Checkout, { values, errors }: FormState): string {
  const [discount] = session.discounts ?? [];
  if (discount)
    return `<form method="post" class="promotion">
<button class="second" name="action" value="remove">Remove promotion code</button></form>`;
  const error = errors.promotionCode;
  const marks = error ? ' aria-invalid="true" aria-describedby="promotionCode-error"' : "";
  const value = escapeHtml(values.promotionCode ?? "");
  return `<form method="post" class="promotion"><label for="promotionCode">Add promotion code</label>
<div class="joined"><input id="promotionCode" name="promotionCode" value="${value}" autocomplete="off" autocapitalize="characters" spellcheck="false" required${marks}>
<button class="second" name="action" value="apply">Apply</button></div>${problem("promotionCode", error)}</form>`;
}

function row(name: string, amount: string, className = ""): string {
  const mark = className ? ` class="${className}"` : "";
  return `<li${mark}><span>${escapeHtml(name)}</span><span>${escapeHtml(amount)}</span></li>`;
}

/** The amount of a session for people. */
export function totalOf({ amount_total: total, currency }: Stripe.Checkout.Session): string {
  return formatAmount(total ?? 0, currency ?? "eur");
}
