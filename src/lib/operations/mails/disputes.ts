import { findOrderForMail } from "#lib/orders/queries.ts";
import type { LetterWriter, MailServices } from "./letter-writer.ts";
import { titlesOf } from "./order-words.ts";

/** The buyer's bank took the payment back for now. */
export const disputeOpened: LetterWriter = (services, { orderId }) =>
  write(services, orderId, (number, courses) => ({
    subject: `Your bank has taken back the payment for order ${number}`,
    preview: "The course is closed until the bank has decided.",
    paragraphs: [
      `Your bank tells us that you dispute the payment for ${courses}. The money is with the bank ` +
        "now, so the course is closed until it has decided, which takes weeks.",
      "If you did not mean to, ask your bank to drop the dispute. If you want your money back, " +
        "write to us: that is quicker.",
    ],
  }));

/** The bank gave the money to the shop. */
export const disputeWon: LetterWriter = (services, { orderId }) =>
  write(services, orderId, (number, courses) => ({
    subject: `Order ${number} is open again`,
    preview: "The bank has decided, and your course is open.",
    paragraphs: [`Your bank has closed the dispute. ${courses} is open again, with your progress.`],
  }));

/** The bank gave the money to the buyer. */
export const disputeLost: LetterWriter = (services, { orderId }) =>
  write(services, orderId, (number, courses) => ({
    subject: `The payment for order ${number} stays with you`,
    preview: "Your bank has decided for you. The course is closed.",
    paragraphs: [
      `Your bank has decided the dispute for you: the money is yours, and ${courses} stays closed.`,
      "You can buy it again at any time; your progress is kept.",
    ],
  }));

async function write(
  { database, environment }: MailServices,
  orderId: string | undefined,
  words: (
    number: string,
    courses: string,
  ) => { subject: string; preview: string; paragraphs: string[] },
) {
  const order = await findOrderForMail(database, orderId ?? "");
  if (!order) return null;
  return {
    ...words(order.number, titlesOf(order)),
    greeting: `Hello ${order.name},`,
    action: { label: "See the order", url: `${environment.SITE_URL}/orders/${order.id}` },
    closing: [`Questions: ${environment.SITE_URL}/contact`],
    reason: "You get this mail because of a payment of yours.",
  };
}
