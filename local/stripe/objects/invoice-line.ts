import type Stripe from "stripe";
import type { Checkout } from "../checkout-record.ts";
import { newId } from "../ids.ts";
import { idOf } from "../references.ts";
import { findTax, isInclusive } from "../tax.ts";

/** A line of an invoice, from the session's line item. */
export function buildInvoiceLine(
  checkout: Checkout,
  item: Stripe.LineItem,
  invoice: string,
  created: number,
): Stripe.InvoiceLineItem {
  const inclusive = isInclusive(item.price, item.currency);
  const net = item.amount_total - item.amount_tax;
  return {
    id: newId("il"),
    object: "line_item",
    amount: item.amount_subtotal,
    currency: item.currency,
    description: item.description,
    discount_amounts: discountAmounts(checkout, item.amount_discount),
    discountable: true,
    discounts: [],
    invoice,
    livemode: checkout.session.livemode,
    metadata: item.metadata ?? {},
    parent: null,
    period: { start: created, end: created },
    pretax_credit_amounts: null,
    pricing: {
      type: "price_details",
      price_details: { price: item.price?.id ?? "", product: idOf(item.price?.product) },
      unit_amount_decimal: item.price?.unit_amount_decimal ?? null,
    },
    quantity: item.quantity,
    // On the wire a decimal is a string; the library turns it into its own type.
    quantity_decimal: String(item.quantity ?? 1) as unknown as null,
    subscription: null,
    subtotal: item.amount_subtotal,
    taxes: taxAmounts(checkout, item.amount_tax, net, inclusive),
  };
}

/** What the session's discount takes off an amount of the invoice. */
export function discountAmounts(
  { discount }: Checkout,
  amount: number,
): Stripe.Invoice.TotalDiscountAmount[] {
  if (!discount) return [];
  return [{ amount, discount: `di_${discount.promotionCodeId ?? discount.couponId}` }];
}

/** The tax within or upon an amount of the invoice; none without automatic tax. */
export function taxAmounts(
  checkout: Checkout,
  amount: number,
  taxable: number,
  inclusive: boolean,
): Stripe.Invoice.TotalTax[] {
  const tax = findTax(checkout);
  if (!tax) return [];
  return [
    {
      amount,
      tax_behavior: inclusive ? "inclusive" : "exclusive",
      tax_rate_details: { tax_rate: `txr_${tax.country}_${tax.percentage}` },
      taxability_reason: tax.reason,
      taxable_amount: taxable,
      type: "tax_rate_details",
    },
  ];
}
