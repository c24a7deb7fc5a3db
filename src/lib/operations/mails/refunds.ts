import { formatMoney } from "#lib/orders/money.ts";
import { findOrderForMail } from "#lib/orders/queries.ts";
import type { RefundView } from "#lib/orders/order.ts";
import type { Database } from "#lib/services/database.ts";
import type { LetterWriter } from "./letter-writer.ts";

/** Money is on its way back: how much, for what, and when it shows. */
export const refund: LetterWriter = async ({ database, environment }, parameters) => {
  const { order, refund } = await findRefund(database, parameters);
  if (!order || !refund) return null;
  const amount = formatMoney(refund.amount, order.currency);
  return {
    subject: `Your refund of ${amount} for order ${order.number}`,
    preview: `${amount} is on its way back to you.`,
    greeting: `Hello ${order.name},`,
    paragraphs: [
      ...whyReturned(refund),
      `${amount} is on its way back to the card or account that you paid with. Banks take up to ` +
        "ten days to show it.",
      closedCourses(order.items),
    ],
    rows: [
      ["Order", order.number],
      ["Paid", formatMoney(order.totalAmount, order.currency)],
      ["Refunded in all", formatMoney(order.refundedAmount, order.currency)],
      ["This refund", amount],
    ],
    action: { label: "See the order", url: `${environment.SITE_URL}/orders/${order.id}` },
    reason: "You get this mail because money was returned for an order of yours.",
  };
};

/** A refund came back: the bank did not take it. */
export const refundFailed: LetterWriter = async ({ database, environment }, parameters) => {
  const { order, refund } = await findRefund(database, parameters);
  if (!order || !refund) return null;
  const amount = formatMoney(refund.amount, order.currency);
  return {
    subject: `Your refund of ${amount} did not arrive`,
    preview: "Your bank did not take it. Please tell us another way.",
    greeting: `Hello ${order.name},`,
    paragraphs: [
      `Your bank did not take the refund of ${amount} for order ${order.number}, and the money ` +
        "came back to us. This happens when a card or account was closed.",
      "What you bought is open again meanwhile. Please write to us how we can pay you.",
    ],
    action: { label: "Write to us", url: `${environment.SITE_URL}/contact` },
    reason: "You get this mail because a refund of yours failed.",
  };
};

async function findRefund(database: Database, parameters: Record<string, string>) {
  const order = await findOrderForMail(database, parameters.orderId ?? "");
  const refund = order?.refunds.find(
    ({ stripeRefundId }) => stripeRefundId === parameters.stripeRefundId,
  );
  return { order, refund };
}

function whyReturned({ source }: RefundView): string[] {
  return source === "duplicate" ? ["You had paid for a course that was yours already."] : [];
}

function closedCourses(items: { title: string; state: string }[]): string {
  const closed = items.filter(({ state }) => state === "ended").map(({ title }) => title);
  if (closed.length === 0) return "Your courses stay open.";
  return `Now closed: ${new Intl.ListFormat("en").format(closed)}. Your progress is kept.`;
}
