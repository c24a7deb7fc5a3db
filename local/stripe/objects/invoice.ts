import type Stripe from "stripe";
import { newId } from "../ids.ts";
import type { Checkout } from "../ledger.ts";
import { idOf } from "../references.ts";
import { findTax, isInclusive } from "../tax.ts";

/** What an invoice needs besides its session. */
export interface InvoiceSetting {
  number: string;
  created: number;
  baseUrl: string;
}

/** The paid invoice of a completed session as Stripe answers it. */
export function buildInvoice(
  checkout: Checkout,
  { number, created, baseUrl }: InvoiceSetting,
): Stripe.Invoice {
  const { session, lineItems } = checkout;
  const id = newId("in");
  const total = session.amount_total ?? 0;
  const subtotal = session.amount_subtotal ?? 0;
  const tax = session.total_details?.amount_tax ?? 0;
  const inclusive = isInclusive(lineItems[0]?.price ?? null, session.currency ?? "");
  const details = session.customer_details;
  const data = session.invoice_creation?.invoice_data;
  const url = `${baseUrl}/i/${id}`;
  const lines = lineItems.map((item) => buildLine(checkout, item, id, created));
  return {
    ...emptyInvoiceFields(),
    id,
    object: "invoice",
    account_country: "DE",
    account_name: "Slipway",
    amount_due: total,
    amount_paid: total,
    automatic_tax: { disabled_reason: null, ...session.automatic_tax },
    created,
    currency: session.currency ?? "",
    customer: session.customer,
    customer_address: details?.address ?? null,
    customer_email: details?.email ?? null,
    customer_name: details?.name ?? null,
    customer_tax_ids: details?.tax_ids ?? [],
    description: data?.description ?? null,
    effective_at: created,
    footer: data?.footer ?? null,
    hosted_invoice_url: url,
    invoice_pdf: `${url}/pdf`,
    lines: { object: "list", data: lines, has_more: false, url: `/v1/invoices/${id}/lines` },
    livemode: session.livemode,
    metadata: data?.metadata ?? {},
    number,
    period_end: created,
    period_start: created,
    status: "paid",
    status_transitions: {
      finalized_at: created,
      marked_uncollectible_at: null,
      paid_at: created,
      voided_at: null,
    },
    subtotal,
    subtotal_excluding_tax: inclusive ? subtotal - tax : subtotal,
    total,
    total_discount_amounts: discountAmounts(checkout, session.total_details?.amount_discount ?? 0),
    total_excluding_tax: total - tax,
    total_taxes: taxesOf(checkout, tax, total - tax, inclusive),
  };
}

function buildLine(
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
    taxes: taxesOf(checkout, item.amount_tax, net, inclusive),
  };
}

function discountAmounts(
  { discount }: Checkout,
  amount: number,
): Stripe.Invoice.TotalDiscountAmount[] {
  if (!discount) return [];
  return [{ amount, discount: `di_${discount.promotionCodeId ?? discount.couponId}` }];
}

function taxesOf(
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

function emptyInvoiceFields() {
  return {
    account_tax_ids: null,
    amount_overpaid: 0,
    amount_remaining: 0,
    amount_shipping: 0,
    application: null,
    attempt_count: 1,
    attempted: true,
    auto_advance: false,
    automatically_finalizes_at: null,
    billing_reason: "manual" as const,
    collection_method: "charge_automatically" as const,
    custom_fields: null,
    customer_account: null,
    customer_phone: null,
    customer_shipping: null,
    customer_tax_exempt: "none" as const,
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    discounts: [],
    due_date: null,
    ending_balance: 0,
    from_invoice: null,
    issuer: { type: "self" as const },
    last_finalization_error: null,
    latest_revision: null,
    next_payment_attempt: null,
    on_behalf_of: null,
    parent: null,
    payment_settings: {
      default_mandate: null,
      payment_method_options: null,
      payment_method_types: null,
    },
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: 0,
    statement_descriptor: null,
    test_clock: null,
    total_pretax_credit_amounts: [],
    webhooks_delivered_at: null,
  };
}
