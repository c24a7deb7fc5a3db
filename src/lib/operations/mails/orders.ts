import { formatMoney } from "#lib/orders/money.ts";
import { findOrderForMail, type OrderForMail } from "#lib/orders/queries.ts";
import type { LetterWriter } from "./letter-writer.ts";

/** What was bought, what it cost and where it is. */
export const receipt: LetterWriter = async ({ database, environment }, { orderId }) => {
  const order = await findOrderForMail(database, orderId ?? "");
  if (!order) return null;
  const paidAt = order.paidAt ?? order.createdAt;
  return {
    subject: `Your receipt for order ${order.number}`,
    preview: `${titles(order)}: paid, and yours to take.`,
    greeting: `Hello ${order.name},`,
    paragraphs: [
      `Thank you. Your payment arrived on ${formatDay(paidAt)}, and the course is open.`,
    ],
    rows: [["Order", order.number], ...priceRows(order)],
    action: { label: "Start learning", url: `${environment.SITE_URL}/learn` },
    closing: [
      `Not what you need? You can have your money back: ${environment.SITE_URL}/refunds`,
      `Your order: ${environment.SITE_URL}/orders/${order.id}`,
    ],
    reason: "You get this mail because you bought a course. It is your receipt: keep it.",
  };
};

/** A payment that took days did not arrive in the end. */
export const paymentFailed: LetterWriter = async ({ database, environment }, { orderId }) => {
  const order = await findOrderForMail(database, orderId ?? "");
  if (!order) return null;
  const [item] = order.items;
  return {
    subject: "Your payment did not go through",
    preview: `${titles(order)} is not paid. You were not charged.`,
    greeting: `Hello ${order.name},`,
    paragraphs: [
      `Your bank did not carry out the payment for ${titles(order)} (order ${order.number}). ` +
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

function titles({ items }: OrderForMail): string {
  return new Intl.ListFormat("en").format(items.map(({ title }) => title));
}

function formatDay(time: Date): string {
  return `${time.toLocaleDateString("en", { dateStyle: "long", timeZone: "UTC" })} (UTC)`;
}
