import type Stripe from "stripe";
import type { Buyer } from "./buyer.ts";
import { redeemDiscount } from "./discounts.ts";
import { newId } from "./ids.ts";
import { createInvoice } from "./invoices.ts";
import type { Checkout } from "./checkout-record.ts";
import { announce, findIntent, findLatestCharge, now, type Ledger } from "./ledger.ts";
import { buildCustomer } from "./objects/customer.ts";
import { buildCustomerDetails, taxIdType } from "./objects/customer-details.ts";
import { idOf } from "./references.ts";

/** Completes an open session: customer, discount, invoice and event. */
export function complete(
  ledger: Ledger,
  checkout: Checkout,
  buyer: Buyer,
  paymentStatus: Stripe.Checkout.Session.PaymentStatus,
): void {
  const { session } = checkout;
  session.status = "complete";
  session.payment_status = paymentStatus;
  session.url = null;
  session.customer_details = buildCustomerDetails(buyer);
  if (session.consent_collection)
    session.consent = {
      promotions: null,
      terms_of_service:
        session.consent_collection.terms_of_service === "required" ? "accepted" : null,
    };
  saveCustomer(ledger, checkout, buyer);
  redeemDiscount(ledger, checkout);
  if (paymentStatus !== "unpaid") settle(ledger, checkout);
  announce(ledger, "checkout.session.completed", session);
}

/** Writes the invoice of a completed session once nothing is owed. */
export function settle(ledger: Ledger, checkout: Checkout): void {
  if (checkout.session.invoice_creation?.enabled) createInvoice(ledger, checkout);
}

function saveCustomer(ledger: Ledger, checkout: Checkout, buyer: Buyer): void {
  const { session } = checkout;
  const needed = session.customer_creation === "always" || session.invoice_creation?.enabled;
  if (session.customer === null && needed) addCustomer(ledger, session, buyer);
  else updateCustomer(ledger, checkout, buyer);
  if (buyer.taxId !== null && typeof session.customer === "string")
    addTaxId(ledger, session.customer, buyer.taxId, session.livemode);
}

function addCustomer(ledger: Ledger, session: Stripe.Checkout.Session, buyer: Buyer): void {
  const customer = buildCustomer({ email: buyer.email }, session.livemode, now(ledger));
  customer.name = buyer.businessName ?? buyer.name;
  customer.address = buyer.address;
  ledger.state.customers.set(customer.id, customer);
  session.customer = customer.id;
  // What was charged before the customer was made is the customer's all the same.
  const intent = findIntent(ledger, session);
  const charge = findLatestCharge(ledger, intent);
  if (intent) intent.customer = customer.id;
  if (charge) charge.customer = customer.id;
  announce(ledger, "customer.created", customer);
}

function updateCustomer(ledger: Ledger, checkout: Checkout, buyer: Buyer): void {
  const { session, customerUpdate = {} } = checkout;
  const customer = ledger.state.customers.get(idOf(session.customer));
  if (!customer || customer.deleted) return;
  const name = buyer.businessName ?? buyer.name;
  const before = JSON.stringify(customer);
  if (customerUpdate.name === "auto" && name !== null) customer.name = name;
  if (customerUpdate.address === "auto" && buyer.address) customer.address = buyer.address;
  if (JSON.stringify(customer) !== before) announce(ledger, "customer.updated", customer);
}

function addTaxId(ledger: Ledger, customer: string, value: string, livemode: boolean): void {
  const { taxIds } = ledger.state;
  const has = [...taxIds.values()].some(
    (each) => each.customer === customer && each.value === value,
  );
  if (has) return;
  const taxId: Stripe.TaxId = {
    id: newId("txi"),
    object: "tax_id",
    country: value.slice(0, 2),
    created: now(ledger),
    customer,
    customer_account: null,
    livemode,
    owner: { type: "customer", customer, customer_account: null },
    type: taxIdType(value),
    value,
    verification: { status: "pending", verified_address: null, verified_name: null },
  };
  taxIds.set(taxId.id, taxId);
  announce(ledger, "customer.tax_id.created", taxId);
}
