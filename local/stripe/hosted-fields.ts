import type Stripe from "stripe";
import { escapeHtml } from "../page.ts";
import type { FieldName, FormNeeds, FormState } from "./payment-form.ts";

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

/** The fields of the payment form, with what was typed and what is wrong with it. */
export function formFields(
  session: Stripe.Checkout.Session,
  needs: FormNeeds,
  state: FormState,
): string {
  const known = session.customer_details?.email ?? "";
  const filled = { ...state, values: { email: known, ...state.values } };
  const isFixed = session.customer_email !== null;
  const email = isFixed ? { ...EMAIL, attributes: `${EMAIL.attributes} readonly` } : EMAIL;
  return [
    input(email, filled),
    needs.card ? cardFields(filled) : "",
    needs.terms ? termsBox(filled) : "",
  ].join("\n");
}

function cardFields(state: FormState): string {
  return `${input(CARD, state)}
<div class="pair">${input(EXPIRY, state)}${input(CVC, state)}</div>
${input(NAME, state)}`;
}

function input({ name, label, attributes }: Field, { values, errors }: FormState): string {
  const error = errors[name];
  const marks = error ? ` aria-invalid="true" aria-describedby="${name}-error"` : "";
  const value = escapeHtml(values[name] ?? "");
  return `<div class="field"><label for="${name}">${label}</label>
<input id="${name}" name="${name}" value="${value}" ${attributes}${marks}>${problem(name, error)}</div>`;
}

function termsBox({ values, errors }: FormState): string {
  const ticked = values.terms ? " checked" : "";
  return `<div class="field"><label class="tick"><input type="checkbox" id="terms" name="terms" value="yes"${ticked}>
I agree to the seller's terms of service</label>${problem("terms", errors.terms)}</div>`;
}

function problem(name: FieldName, error: string | undefined): string {
  return error ? `<p class="error" id="${name}-error">${escapeHtml(error)}</p>` : "";
}
