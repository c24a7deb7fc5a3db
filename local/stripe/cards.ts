/** What a test card does; no other number is taken. */
export interface TestCard {
  brand: string;
  /** Whether its owner must authenticate (3-D Secure) before the bank decides. */
  authentication: boolean;
  decline: Decline | null;
  sequel: CardSequel | null;
}

/** What happens after the payment: to a refund, or by the buyer's bank. */
export type CardSequel = "refund-pending" | "refund-fails" | "dispute" | "inquiry";

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
/** The card whose owner must authenticate each payment. */
export const AUTHENTICATED_CARD = "4000002760003184";
/** The card whose owner may authenticate, but without enough money. */
export const AUTHENTICATED_POOR_CARD = "4000008260003178";
/** The card whose refunds take a while. */
export const SLOW_REFUND_CARD = "4000000000007726";
/** The card whose refunds fail after they succeeded. */
export const FAILING_REFUND_CARD = "4000000000005126";
/** The card whose payments are disputed at once. */
export const DISPUTED_CARD = "4000000000000259";
/** The card whose bank asks about each payment, without taking the money back. */
export const INQUIRY_CARD = "4000000000001976";

const POOR: Decline = {
  code: "card_declined",
  declineCode: "insufficient_funds",
  message: "Your card has insufficient funds.",
};

const TEST_CARDS: Readonly<Record<string, TestCard>> = {
  [PAYING_CARD]: card(),
  "5555555555554444": card({ brand: "mastercard" }),
  "378282246310005": card({ brand: "amex" }),
  [DECLINED_CARD]: declined("generic_decline", "Your card was declined."),
  [POOR_CARD]: card({ decline: POOR }),
  "4000000000009987": declined("lost_card", "Your card was declined."),
  "4000000000009979": declined("stolen_card", "Your card was declined."),
  "4000000000000069": declined("expired_card", "Your card has expired.", "expired_card"),
  "4000000000000127": declined(
    "incorrect_cvc",
    "Your card's security code is incorrect.",
    "incorrect_cvc",
  ),
  "4000000000000119": declined(
    "processing_error",
    "An error occurred while processing your card. Try again in a little bit.",
    "processing_error",
  ),
  "4000002500003155": card({ authentication: true }),
  [AUTHENTICATED_CARD]: card({ authentication: true }),
  [AUTHENTICATED_POOR_CARD]: card({ authentication: true, decline: POOR }),
  [SLOW_REFUND_CARD]: card({ sequel: "refund-pending" }),
  [FAILING_REFUND_CARD]: card({ sequel: "refund-fails" }),
  [DISPUTED_CARD]: card({ sequel: "dispute" }),
  [INQUIRY_CARD]: card({ sequel: "inquiry" }),
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

function card(traits: Partial<TestCard> = {}): TestCard {
  return { brand: "visa", authentication: false, decline: null, sequel: null, ...traits };
}

function declined(declineCode: string, message: string, code = "card_declined"): TestCard {
  return card({ decline: { code, declineCode, message } });
}
