import type Stripe from "stripe";
import { escapeHtml } from "../page.ts";
import { amountButton, button, row, shorten, table, time } from "./dashboard-parts.ts";
import { findIntent, findLatestCharge, type Ledger } from "./ledger.ts";
import { formatAmount } from "./money.ts";
import { idOf } from "./references.ts";

const SHOWN = 50;

/** The newest sessions, with what their payment allows. */
export function sessionsTable(ledger: Ledger): string {
  const sessions = [...ledger.state.checkouts.values()].slice(-SHOWN).reverse();
  const rows = sessions.map(({ session }) => {
    const charge = findLatestCharge(ledger, findIntent(ledger, session));
    return row([
      `<a href="/c/pay/${session.id}"><code>${shorten(session.id)}</code></a>${invoiceLink(session)}`,
      formatAmount(session.amount_total ?? 0, session.currency ?? "eur"),
      escapeHtml(statusOf(ledger, session, charge)),
      escapeHtml(session.customer_details?.email ?? ""),
      time(session.created * 1000),
      buttons(ledger, session, charge),
    ]);
  });
  return table(["Session", "Amount", "Status", "Buyer", "Created", ""], rows);
}

function statusOf(
  ledger: Ledger,
  session: Stripe.Checkout.Session,
  charge: Stripe.Charge | null,
): string {
  const intent = findIntent(ledger, session);
  const parts = [session.status, session.payment_status];
  if (session.status === "open" && intent) parts.push(intent.status);
  if (charge?.amount_refunded)
    parts.push(`${formatAmount(charge.amount_refunded, charge.currency)} refunded`);
  if (charge?.disputed) parts.push("disputed");
  return parts.join(", ").replaceAll("_", " ");
}

function invoiceLink(session: Stripe.Checkout.Session): string {
  const id = idOf(session.invoice);
  return id && ` <a href="/i/${id}">invoice</a>`;
}

function buttons(
  ledger: Ledger,
  session: Stripe.Checkout.Session,
  charge: Stripe.Charge | null,
): string {
  if (session.status === "open") return button("expire", session.id, "Expire");
  if (findIntent(ledger, session)?.status === "processing")
    return `<a href="/c/pay/${session.id}">Settle</a>`;
  if (!charge?.paid) return "";
  const refunds = charge.refunded
    ? ""
    : `${button("refund", charge.id, "Refund in full")} ${amountButton("refund-part", charge.id, "Refund a part")}`;
  const disputes = charge.disputed
    ? ""
    : `${button("dispute", charge.id, "Dispute")} ${button("inquire", charge.id, "Inquire")}`;
  return `${refunds} ${disputes}`;
}
