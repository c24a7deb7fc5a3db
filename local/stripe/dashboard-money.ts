import type Stripe from "stripe";
import { escapeHtml } from "../page.ts";
import { button, row, shorten, table, time } from "./dashboard-parts.ts";
import type { State } from "./ledger.ts";
import { formatAmount } from "./money.ts";
import { idOf } from "./references.ts";

const SHOWN = 50;

/** The newest refunds, which may still succeed or fail. */
export function refundsTable({ refunds }: State): string {
  const rows = newest(refunds.values()).map((refund) =>
    row([
      `<code>${shorten(refund.id)}</code>`,
      `<code>${shorten(idOf(refund.charge))}</code>`,
      formatAmount(refund.amount, refund.currency),
      escapeHtml([refund.status, refund.failure_reason].filter(Boolean).join(", ")),
      time(refund.created * 1000),
      refundButtons(refund),
    ]),
  );
  return table(["Refund", "Charge", "Amount", "Status", "Created", ""], rows);
}

/** The newest disputes, which a bank decides. */
export function disputesTable({ disputes }: State): string {
  const rows = newest(disputes.values()).map((dispute) =>
    row([
      `<code>${shorten(dispute.id)}</code>`,
      `<code>${shorten(idOf(dispute.charge))}</code>`,
      formatAmount(dispute.amount, dispute.currency),
      escapeHtml(`${dispute.reason}, ${dispute.status}`.replaceAll("_", " ")),
      time((dispute.evidence_details.due_by ?? 0) * 1000),
      disputeButtons(dispute),
    ]),
  );
  return table(["Dispute", "Charge", "Amount", "Status", "Answer due by", ""], rows);
}

function refundButtons({ id, status }: Stripe.Refund): string {
  const isWaiting = status === "pending" || status === "requires_action";
  const succeed = isWaiting ? button("succeed-refund", id, "Let it succeed") : "";
  const fail = isWaiting || status === "succeeded" ? button("fail-refund", id, "Let it fail") : "";
  return `${succeed} ${fail}`;
}

function disputeButtons({ id, status }: Stripe.Dispute): string {
  if (!/needs_response$|under_review$/.test(status)) return "";
  const ends = `${button("win-dispute", id, "Seller wins")} ${button("lose-dispute", id, "Buyer wins")}`;
  return status.startsWith("warning_")
    ? `${ends} ${button("escalate-dispute", id, "Make it a dispute")}`
    : ends;
}

function newest<T>(things: Iterable<T>): T[] {
  return [...things].slice(-SHOWN).reverse();
}
