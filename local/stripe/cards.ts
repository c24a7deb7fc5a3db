/** What a test card does; no other number is taken. */
export interface TestCard {
  brand: string;
  decline: Decline | null;
}

/** A refusal by the card's bank. */
export interface Decline {
  code: string;
  declineCode: string;
  message: string;
}

/** The card that pays. */
export const PAYING_CARD = "4242424242424242";
/** The card that is declined without a reason. */
export const DECLINED_CARD = "4000000000000002";
/** The card without enough money. */
export const POOR_CARD = "4000000000009995";

const TEST_CARDS: Readonly<Record<string, TestCard>> = {
  [PAYING_CARD]: { brand: "visa", decline: null },
  "5555555555554444": { brand: "mastercard", decline: null },
  [DECLINED_CARD]: declined("generic_decline", "Your card was declined."),
  [POOR_CARD]: declined("insufficient_funds", "Your card has insufficient funds."),
  "4000000000009987": declined("lost_card", "Your card was declined."),
  "4000000000000069": declined("expired_card", "Your card has expired.", "expired_card"),
  "4000000000000127": declined(
    "incorrect_cvc",
    "Your card's security code is incorrect.",
    "incorrect_cvc",
  ),
};

/** The test card with the number (spaces are ignored), or null. */
export function findTestCard(number: string): TestCard | null {
  const digits = cardDigits(number);
  return Object.hasOwn(TEST_CARDS, digits) ? (TEST_CARDS[digits] ?? null) : null;
}

/** The number without spaces and dashes. */
export function cardDigits(number: string): string {
  return number.replace(/[\s-]/g, "");
}

function declined(declineCode: string, message: string, code = "card_declined"): TestCard {
  return { brand: "visa", decline: { code, declineCode, message } };
}
