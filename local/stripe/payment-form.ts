import type Stripe from "stripe";
import { partialAddress, type Buyer } from "./buyer.ts";
import { readCard } from "./card-form.ts";
import type { Card } from "./payments.ts";
import { COUNTRIES } from "./tax.ts";

// The names are those of Stripe's own page, so that tests fit both; never the security code here.
const KEPT_FIELDS = [
  "email",
  "cardNumber",
  "cardExpiry",
  "billingName",
  "billingCountry",
  "billingPostalCode",
  "billingAddressLine1",
  "billingLocality",
  "businessName",
  "taxId",
  "promotionCode",
  "terms",
] as const;

/** The form's fields. */
export type FieldName = (typeof KEPT_FIELDS)[number] | "cardCvc";

/** What was typed, what is wrong with it, and what else the buyer must know. */
export interface FormState {
  values: Partial<Record<FieldName, string>>;
  errors: Partial<Record<FieldName, string>>;
  notice?: string;
}

/** What the form must hold besides the e-mail address. */
export interface FormNeeds {
  card: boolean;
  terms: boolean;
  /** Country and postal code. */
  country: boolean;
  /** Street and town as well. */
  street: boolean;
  /** A business may name itself and its VAT number. */
  business: boolean;
}

/** A form filled in rightly; `card` is null when none was needed. */
export interface Payment {
  buyer: Buyer;
  card: Card | null;
}

/** Reads the posted form: the payment, or the problems by field. `now` is in Unix seconds. */
export function readPaymentForm(
  form: URLSearchParams,
  needs: FormNeeds,
  now: number,
): { payment: Payment } | { problems: FormState } {
  const errors: FormState["errors"] = {};
  const email = field(form, "email");
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) errors.email = "Enter an e-mail address.";
  if (needs.terms && field(form, "terms") === "") errors.terms = "Accept the terms to go on.";
  const typed = {
    number: field(form, "cardNumber"),
    expiry: field(form, "cardExpiry"),
    cvc: field(form, "cardCvc"),
  };
  const card = needs.card ? readCard(typed, now, errors) : null;
  const { address, businessName, taxId } = readBilling(form, needs, errors);
  if (Object.keys(errors).length > 0) return { problems: { values: keepValues(form), errors } };
  const name = field(form, "billingName") || null;
  return { payment: { buyer: { email, name, address, businessName, taxId }, card } };
}

/** Address and business as typed; what is wrong is added to `errors`. */
export function readBilling(
  form: URLSearchParams,
  needs: FormNeeds,
  errors: FormState["errors"],
): Pick<Buyer, "address" | "businessName" | "taxId"> {
  const address = needs.country ? readAddress(form, needs, errors) : null;
  const businessName = needs.business ? field(form, "businessName") || null : null;
  const taxId = needs.business
    ? field(form, "taxId")
        .replace(/[\s.-]/g, "")
        .toUpperCase()
    : "";
  if (taxId !== "" && !/^[A-Z]{2}[0-9A-Z]{7,12}$/.test(taxId))
    errors.taxId = "Write the VAT number with its country, such as DE123456789.";
  if (taxId !== "" && businessName === null)
    errors.businessName = "Enter the name of the business that has this VAT number.";
  return { address, businessName, taxId: taxId || null };
}

/** What may be shown again after a mistake: never the security code. */
export function keepValues(form: URLSearchParams): FormState["values"] {
  // The form of a promotion code has no other field: what the page knows of the buyer stays.
  const sent = KEPT_FIELDS.filter((name) => form.has(name));
  return Object.fromEntries(sent.map((name) => [name, field(form, name)]));
}

function readAddress(
  form: URLSearchParams,
  needs: FormNeeds,
  errors: FormState["errors"],
): Stripe.Address | null {
  const country = field(form, "billingCountry");
  const postalCode = field(form, "billingPostalCode");
  const line1 = field(form, "billingAddressLine1");
  const city = field(form, "billingLocality");
  if (!COUNTRIES.some(([code]) => code === country)) errors.billingCountry = "Choose your country.";
  if (postalCode === "") errors.billingPostalCode = "Enter your postal code.";
  if (needs.street && line1 === "") errors.billingAddressLine1 = "Enter street and number.";
  if (needs.street && city === "") errors.billingLocality = "Enter your town.";
  if (errors.billingCountry) return null;
  return partialAddress({
    country,
    postal_code: postalCode || null,
    line1: line1 || null,
    city: city || null,
  });
}

function field(form: URLSearchParams, name: FieldName): string {
  return (form.get(name) ?? "").trim().slice(0, 200);
}
