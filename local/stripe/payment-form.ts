import { cardDigits, findTestCard } from "./cards.ts";
import type { Buyer, Card } from "./payments.ts";

/** The form's fields; the names are those of Stripe's own page, so that tests fit both. */
export type FieldName = "email" | "cardNumber" | "cardExpiry" | "cardCvc" | "billingName" | "terms";

/** What was typed, and what is wrong with it. */
export interface FormState {
  values: Partial<Record<FieldName, string>>;
  errors: Partial<Record<FieldName, string>>;
}

/** What the form must hold besides the e-mail address. */
export interface FormNeeds {
  card: boolean;
  terms: boolean;
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
  const get = (name: FieldName): string => (form.get(name) ?? "").trim().slice(0, 200);
  const errors: FormState["errors"] = {};
  const email = get("email");
  const expiry = readExpiry(get("cardExpiry"));
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) errors.email = "Enter an e-mail address.";
  if (needs.terms && get("terms") === "") errors.terms = "Accept the terms to go on.";
  if (needs.card)
    checkCard({ number: get("cardNumber"), cvc: get("cardCvc"), expiry }, now, errors);
  if (Object.keys(errors).length > 0 || (needs.card && !expiry))
    return { problems: { values: keepValues(form), errors } };
  const buyer = { email, name: get("billingName") || null };
  const card = needs.card && expiry ? { number: cardDigits(get("cardNumber")), ...expiry } : null;
  return { payment: { buyer, card } };
}

/** What may be shown again after a mistake: never the security code. */
export function keepValues(form: URLSearchParams): FormState["values"] {
  const names: FieldName[] = ["email", "cardNumber", "cardExpiry", "billingName", "terms"];
  return Object.fromEntries(names.map((name) => [name, (form.get(name) ?? "").slice(0, 200)]));
}

function checkCard(
  typed: { number: string; cvc: string; expiry: ReturnType<typeof readExpiry> },
  now: number,
  errors: FormState["errors"],
): void {
  if (!isCardNumber(cardDigits(typed.number))) errors.cardNumber = "Your card number is invalid.";
  else if (!findTestCard(typed.number))
    errors.cardNumber = "Only the test cards listed below work here. Never type a real card.";
  if (!/^\d{3,4}$/.test(typed.cvc)) errors.cardCvc = "Your card's security code is incomplete.";
  if (!typed.expiry) errors.cardExpiry = "Write the expiry date as MM / YY.";
  else if (Date.UTC(typed.expiry.expYear, typed.expiry.expMonth) <= now * 1000)
    errors.cardExpiry = "Your card's expiration date is in the past.";
}

function readExpiry(text: string): { expMonth: number; expYear: number } | null {
  const match = /^(\d{1,2})\s*\/?\s*(?:20)?(\d{2})$/.exec(text);
  const expMonth = Number(match?.[1]);
  if (!match || expMonth < 1 || expMonth > 12) return null;
  return { expMonth, expYear: 2000 + Number(match[2]) };
}

// The checksum every card number carries: each second digit from the right counts double.
function isCardNumber(digits: string): boolean {
  if (!/^\d{12,19}$/.test(digits)) return false;
  const sum = Array.from(digits)
    .reverse()
    .reduce((total, digit, index) => {
      const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
  return sum % 10 === 0;
}
