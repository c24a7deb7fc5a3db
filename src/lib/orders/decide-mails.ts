import type { MailTemplate } from "#lib/operations/mails.ts";
import type { ItemDecision } from "./decide-items.ts";
import { GRANTING } from "./order-state.ts";
import type { OrderRecord, OrderStatus } from "./order.ts";
import { isActive, type StripeFacts } from "./stripe-facts.ts";

/** A mail to the buyer. The key keeps it from being written twice. */
export interface MailDecision {
  template: MailTemplate;
  key: string;
  /** Stripe's id of the refund that it is about. */
  stripeRefundId?: string;
}

/** What the buyer should hear, now that an order is in `status`. */
export function decideMails(
  order: OrderRecord,
  facts: StripeFacts,
  status: OrderStatus,
  items: ItemDecision[],
): MailDecision[] {
  const mails = refundMails(order, facts);
  const say = (template: MailTemplate) => mails.push({ template, key: `${template}:${order.id}` });
  if (!order.paidAt && items.some(({ state }) => state === "owned")) say("receipt");
  if (status === order.status) return mails;
  if (status === "failed") say("payment-failed");
  if (status === "disputed") say("dispute-opened");
  if (status === "charged_back") say("dispute-lost");
  const wasDisputed = order.status === "disputed" || order.status === "charged_back";
  if (wasDisputed && GRANTING.includes(status)) say("dispute-won");
  return mails;
}

function refundMails(order: OrderRecord, { payment }: StripeFacts): MailDecision[] {
  return (payment?.refunds ?? []).flatMap((refund): MailDecision[] => {
    const { stripeId: stripeRefundId } = refund;
    const known = order.refunds.find((each) => each.stripeRefundId === stripeRefundId);
    if (isActive(refund))
      return known ? [] : [{ template: "refund", key: `refund:${stripeRefundId}`, stripeRefundId }];
    // Of one that we never told of there is nothing to take back.
    return known && isActive(known)
      ? [{ template: "refund-failed", key: `refund-failed:${stripeRefundId}`, stripeRefundId }]
      : [];
  });
}
