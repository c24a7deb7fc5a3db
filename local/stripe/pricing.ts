import type Stripe from "stripe";
import type { Checkout } from "./checkout-record.ts";
import type { Ledger } from "./ledger.ts";
import { allocate } from "./money.ts";
import { findTax, isInclusive, taxOn, type Tax } from "./tax.ts";
import { idOf } from "./references.ts";

/** Works out discount, tax and totals of an open session and of its line items anew. */
export function priceCheckout(ledger: Ledger, checkout: Checkout): void {
  const { session, lineItems } = checkout;
  const before = session.amount_total;
  const coupon = ledger.state.coupons.get(checkout.discount?.couponId ?? "") ?? null;
  const discounts = discountsOf(lineItems, coupon);
  const tax = findTax(checkout);
  lineItems.forEach((item, index) => priceItem(item, discounts[index] ?? 0, tax));
  session.amount_subtotal = sum(lineItems, "amount_subtotal");
  session.amount_total = sum(lineItems, "amount_total");
  // A card's owner who was asked about another amount is asked again.
  if (session.amount_total !== before) delete checkout.authentication;
  session.total_details = {
    amount_discount: sum(lineItems, "amount_discount"),
    amount_shipping: 0,
    amount_tax: sum(lineItems, "amount_tax"),
  };
  session.discounts = discountList(checkout);
  session.payment_status = session.amount_total === 0 ? "no_payment_required" : "unpaid";
  if (session.automatic_tax.enabled)
    session.automatic_tax.status = tax ? "complete" : "requires_location_inputs";
}

function priceItem(item: Stripe.LineItem, discount: number, tax: Tax | null): void {
  const inclusive = isInclusive(item.price, item.currency);
  const taxable = item.amount_subtotal - discount;
  item.amount_discount = discount;
  item.amount_tax = tax ? taxOn(taxable, tax.percentage, inclusive) : 0;
  item.amount_total = inclusive ? taxable : taxable + item.amount_tax;
}

function discountsOf(lineItems: Stripe.LineItem[], coupon: Stripe.Coupon | null): number[] {
  const amounts = lineItems.map((item) =>
    coupon && appliesTo(coupon, item) ? item.amount_subtotal : 0,
  );
  const subtotal = amounts.reduce((total, amount) => total + amount, 0);
  if (!coupon) return amounts;
  const off =
    coupon.percent_off === null
      ? (coupon.amount_off ?? 0)
      : Math.round((subtotal * coupon.percent_off) / 100);
  return allocate(Math.min(off, subtotal), amounts);
}

function appliesTo(coupon: Stripe.Coupon, { price }: Stripe.LineItem): boolean {
  const product = price?.product;
  return coupon.applies_to?.products.includes(idOf(product)) ?? true;
}

function discountList({ discount }: Checkout): Stripe.Checkout.Session.Discount[] {
  if (!discount) return [];
  const { couponId, promotionCodeId } = discount;
  // Stripe names the one the buyer or the request named.
  return promotionCodeId === null
    ? [{ coupon: couponId, promotion_code: null }]
    : [{ coupon: null, promotion_code: promotionCodeId }];
}

function sum(
  items: Stripe.LineItem[],
  name: "amount_subtotal" | "amount_discount" | "amount_tax" | "amount_total",
): number {
  return items.reduce((total, item) => total + item[name], 0);
}
