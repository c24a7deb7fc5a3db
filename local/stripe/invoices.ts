import type Stripe from "stripe";
import type { Checkout } from "./checkout-record.ts";
import { announce, now, type Ledger } from "./ledger.ts";
import { buildInvoice } from "./objects/invoice.ts";
import { idOf } from "./references.ts";

/** Writes the paid invoice of a completed session and announces it. */
export function createInvoice(ledger: Ledger, checkout: Checkout): Stripe.Invoice {
  const number = invoiceNumber(ledger, checkout.session);
  const invoice = buildInvoice(checkout, {
    number,
    created: now(ledger),
    baseUrl: ledger.baseUrl,
  });
  ledger.state.invoices.set(invoice.id, invoice);
  checkout.session.invoice = invoice.id;
  announce(ledger, "invoice.created", invoice);
  announce(ledger, "invoice.finalized", invoice);
  announce(ledger, "invoice.paid", invoice);
  announce(ledger, "invoice.payment_succeeded", invoice);
  return invoice;
}

// Stripe counts each customer's invoices under a prefix of the customer's own.
function invoiceNumber(ledger: Ledger, { customer }: Stripe.Checkout.Session): string {
  const owner = ledger.state.customers.get(idOf(customer));
  const prefix = owner && !owner.deleted ? (owner.invoice_prefix ?? "") : "";
  const own = [...ledger.state.invoices.values()].filter((each) => each.customer === customer);
  return `${prefix || "LOCAL"}-${String(own.length + 1).padStart(4, "0")}`;
}
