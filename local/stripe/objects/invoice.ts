import type Stripe from "stripe";
import { newId } from "../ids.ts";
import type { Checkout } from "../checkout-record.ts";
import { isInclusive } from "../tax.ts";
import { buildInvoiceLine, discountAmounts, taxAmounts } from "./invoice-line.ts";

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
  const lines = lineItems.map((item) => buildInvoiceLine(checkout, item, id, created));
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
    total_taxes: taxAmounts(checkout, tax, total - tax, inclusive),
  };
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
