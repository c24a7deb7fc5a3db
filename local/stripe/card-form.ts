import { cardDigits, findTestCard } from "./cards.ts";
import type { FormState } from "./payment-form.ts";
import type { Card } from "./payments.ts";

/** What was typed into the card's fields. */
export interface TypedCard {
  number: string;
  expiry: string;
  cvc: string;
}

/** The card typed, or null with what is wrong added to `errors`. `now` is in Unix seconds. */
export function readCard(typed: TypedCard, now: number, errors: FormState["errors"]): Card | null {
  const number = cardDigits(typed.number);
  const expiry = readExpiry(typed.expiry);
  const found: FormState["errors"] = {};
  if (!isCardNumber(number)) found.cardNumber = "Your card number is invalid.";
  else if (!findTestCard(number))
    found.cardNumber = "Only the test cards listed below work here. Never type a real card.";
  if (!/^\d{3,4}$/.test(typed.cvc)) found.cardCvc = "Your card's security code is incomplete.";
  if (!expiry) found.cardExpiry = "Write the expiry date as MM / YY.";
  else if (Date.UTC(expiry.expYear, expiry.expMonth) <= now * 1000)
    found.cardExpiry = "Your card's expiration date is in the past.";
  Object.assign(errors, found);
  return expiry && Object.keys(found).length === 0 ? { number, ...expiry } : null;
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
