import type Stripe from "stripe";
import type { Buyer } from "../buyer.ts";

/** What the buyer told. */
export function buildCustomerDetails(
  buyer: Partial<Buyer> & { email: string },
): Stripe.Checkout.Session.CustomerDetails {
  const { email, name = null, address = null, businessName = null, taxId = null } = buyer;
  return {
    address,
    business_name: businessName,
    email,
    individual_name: null,
    name: businessName ?? name,
    phone: null,
    tax_exempt: "none",
    tax_ids: taxId === null ? [] : [{ type: taxIdType(taxId), value: taxId }],
  };
}

/** The kind of a VAT number, by the country it begins with. */
export function taxIdType(value: string): Stripe.TaxId.Type {
  return value.startsWith("GB") ? "gb_vat" : "eu_vat";
}
