import { escapeHtml } from "../page.ts";
import type { Checkout } from "./checkout-record.ts";
import type { FieldName, FormNeeds, FormState } from "./payment-form.ts";
import { COUNTRIES } from "./tax.ts";

/** How a field is written down. */
interface Field {
  name: FieldName;
  label: string;
  attributes: string;
}

const EMAIL: Field = {
  name: "email",
  label: "Email",
  attributes: 'type="email" autocomplete="email" required',
};
const CARD: Field = {
  name: "cardNumber",
  label: "Card number",
  attributes:
    'inputmode="numeric" autocomplete="cc-number" placeholder="4242 4242 4242 4242" required',
};
const EXPIRY: Field = {
  name: "cardExpiry",
  label: "Expiry",
  attributes: 'inputmode="numeric" autocomplete="cc-exp" placeholder="MM / YY" required',
};
const CVC: Field = {
  name: "cardCvc",
  label: "CVC",
  attributes: 'inputmode="numeric" autocomplete="cc-csc" placeholder="123" required',
};
const NAME: Field = {
  name: "billingName",
  label: "Name on card",
  attributes: 'autocomplete="cc-name"',
};
const POSTAL_CODE: Field = {
  name: "billingPostalCode",
  label: "Postal code",
  attributes: 'autocomplete="billing postal-code" required',
};
const STREET: Field = {
  name: "billingAddressLine1",
  label: "Street and number",
  attributes: 'autocomplete="billing address-line1" required',
};
const TOWN: Field = {
  name: "billingLocality",
  label: "Town",
  attributes: 'autocomplete="billing address-level2" required',
};
const BUSINESS: Field = {
  name: "businessName",
  label: "Business name",
  attributes: 'autocomplete="organization" placeholder="Optional"',
};
const TAX_ID: Field = {
  name: "taxId",
  label: "VAT number",
  attributes: 'autocomplete="off" placeholder="Optional"',
};

/** The fields of the payment form, with what was typed and what is wrong with it. */
export function formFields(checkout: Checkout, needs: FormNeeds, state: FormState): string {
  const filled = { ...state, values: { ...known(checkout), ...state.values } };
  const isFixed = checkout.session.customer_email !== null;
  const email = isFixed ? { ...EMAIL, attributes: `${EMAIL.attributes} readonly` } : EMAIL;
  return [
    input(email, filled),
    needs.card ? cardFields(filled) : "",
    needs.country ? addressFields(filled, needs.street) : "",
    needs.business
      ? `<div class="pair">${input(BUSINESS, filled)}${input(TAX_ID, filled)}</div>`
      : "",
    needs.terms ? termsBox(filled) : "",
  ].join("\n");
}

/** What is wrong with a field, in a form `aria-describedby` can name. */
export function problem(name: FieldName, error: string | undefined): string {
  return error ? `<p class="error" id="${name}-error">${escapeHtml(error)}</p>` : "";
}

function known({ session, address }: Checkout): FormState["values"] {
  const email: string | null | undefined = session.customer_details?.email;
  return {
    email: email ?? "",
    billingCountry: address?.country ?? "",
    billingPostalCode: address?.postal_code ?? "",
    billingAddressLine1: address?.line1 ?? "",
    billingLocality: address?.city ?? "",
  };
}

function cardFields(state: FormState): string {
  return `${input(CARD, state)}
<div class="pair">${input(EXPIRY, state)}${input(CVC, state)}</div>
${input(NAME, state)}`;
}

function addressFields(state: FormState, withStreet: boolean): string {
  const street = withStreet ? `${input(STREET, state)}${input(TOWN, state)}` : "";
  return `${street}<div class="pair">${countryField(state)}${input(POSTAL_CODE, state)}</div>`;
}

function countryField({ values, errors }: FormState): string {
  const options = COUNTRIES.map(([code, name]) => {
    const chosen = values.billingCountry === code ? " selected" : "";
    return `<option value="${code}"${chosen}>${escapeHtml(name)}</option>`;
  });
  const error = errors.billingCountry;
  return `<div class="field"><label for="billingCountry">Country</label>
<select id="billingCountry" name="billingCountry" autocomplete="billing country" required${marks("billingCountry", error)}>
<option value="">Choose…</option>${options.join("")}</select>${problem("billingCountry", error)}</div>`;
}

function input({ name, label, attributes }: Field, { values, errors }: FormState): string {
  const error = errors[name];
  const value = escapeHtml(values[name] ?? "");
  return `<div class="field"><label for="${name}">${label}</label>
<input id="${name}" name="${name}" value="${value}" ${attributes}${marks(name, error)}>${problem(name, error)}</div>`;
}

function marks(name: FieldName, error: string | undefined): string {
  return error ? ` aria-invalid="true" aria-describedby="${name}-error"` : "";
}

function termsBox({ values, errors }: FormState): string {
  const ticked = values.terms ? " checked" : "";
  return `<div class="field"><label class="tick"><input type="checkbox" id="terms" name="terms" value="yes"${ticked}>
I agree to the seller's terms of service</label>${problem("terms", errors.terms)}</div>`;
}
