import { formatMoney } from "#lib/orders/money.ts";
import { findOrderForMail, type OrderForMail } from "#lib/orders/queries.ts";
import type { LetterWriter } from "./letter-writer.ts";
import { formatDay, titlesOf } from "./order-words.ts";

/** What was bought, what it cost and where it is. */
export const receipt: LetterWriter = async ({ database, environment }, { orderId }) => {
  const order = await findOrderForMail(database, orderId ?? "");
  if (!order) return null;
  const paidAt = order.paidAt ?? order.createdAt;
  const page = `${environment.SITE_URL}/orders/${order.id}`;
  return {
    subject: `Your receipt for order ${order.number}`,
    preview: `${titlesOf(order)}: paid, and yours to take.`,
    greeting: `Hello ${order.name},`,
    paragraphs: [
      `Thank you. ${howPaid(order)} on ${formatDay(paidAt)}, and what you ordered is open.`,
      "Before you paid you asked us to open it at once, and agreed that the right to withdraw " +
        "which the law gives you ends with that. Our own refund policy goes further, see below.",
    ],
    rows: [["Order", order.number], ...priceRows(order)],
    action: { label: "Start learning", url: `${environment.SITE_URL}/learn` },
    closing: [
      `Your order, where you can return a course by one click: ${page}`,
      `A receipt to print: ${page}/receipt`,
      `When a course can be returned: ${environment.SITE_URL}/refunds`,
    ],
    reason: "You get this mail because you bought a course. It is your receipt: keep it.",
  };
};

/** A course was opened by hand, without a payment. */
export const grant: LetterWriter = async ({ database, environment }, { orderId }) => {
  const order = await findOrderForMail(database, orderId ?? "");
  if (!order) return null;
  const courses = titlesOf(order);
  return {
    subject: "A course was opened for you",
    preview: `${courses} is yours to take. There is nothing to pay.`,
    greeting: `Hello ${order.name},`,
    paragraphs: [`We have opened ${courses} for you. There is nothing to pay.`],
    action: { label: "Start learning", url: `${environment.SITE_URL}/learn` },
    reason: "You get this mail because a course was added to your account.",
  };
};

/** A payment that took days did not arrive in the end. */
export const paymentFailed: LetterWriter = async ({ database, environment }, { orderId }) => {
  const order = await findOrderForMail(database, orderId ?? "");
  if (!order) return null;
  const [item] = order.items;
  return {
    subject: "Your payment did not go through",
    preview: `${titlesOf(order)} is not paid. You were not charged.`,
    greeting: `Hello ${order.name},`,
    paragraphs: [
      `Your bank did not carry out the payment for ${titlesOf(order)} (order ${order.number}). ` +
        "You were not charged.",
      "If you still want the course, you can buy it again with this or another way to pay.",
    ],
    action: {
      label: "Try again",
      url: `${environment.SITE_URL}/checkout/${item?.courseSlug ?? ""}`,
    },
    reason: "You get this mail because you ordered a course.",
  };
};

function howPaid({ totalAmount }: OrderForMail): string {
  return totalAmount === 0 ? "Your code covered the whole price" : "Your payment arrived";
}

function priceRows(order: OrderForMail): [string, string][] {
  const money = (amount: number) => formatMoney(amount, order.currency);
  return [
    ...order.items.map(({ title, priceAmount }): [string, string] => [title, money(priceAmount)]),
    ...(order.discountAmount > 0
      ? [["Discount", `-${money(order.discountAmount)}`] as [string, string]]
      : []),
    ...(order.taxAmount > 0 ? [["Tax", money(order.taxAmount)] as [string, string]] : []),
    ["Total", money(order.totalAmount)],
  ];
}
