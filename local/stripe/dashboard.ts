import type Stripe from "stripe";
import { escapeHtml, page } from "../page.ts";
import { findIntent, findLatestCharge, type Delivery, type Ledger, type State } from "./ledger.ts";
import { formatAmount } from "./money.ts";

const SHOWN = 50;

/** The page for people: sessions and payments, then events with what became of them. */
export function dashboardPage(ledger: Ledger, stackUrl: string): string {
  return page(
    "Local Stripe",
    `<p>A stand-in for Stripe: it answers the API, takes test cards and sends webhooks. No money moves.</p>
<h2>Checkout sessions</h2>${sessionsTable(ledger)}
<h2>Events</h2>${eventsTable(ledger.state)}`,
    stackUrl,
  );
}

function sessionsTable(ledger: Ledger): string {
  const rows = newest(ledger.state.checkouts.values()).map(({ session }) => {
    const intent = findIntent(ledger, session);
    const charge = findLatestCharge(ledger, intent);
    const refunded = charge?.amount_refunded
      ? `, ${formatAmount(charge.amount_refunded, charge.currency)} refunded`
      : "";
    return row([
      shortLink(session),
      formatAmount(session.amount_total ?? 0, session.currency ?? "eur"),
      escapeHtml(`${session.status ?? ""}, ${session.payment_status}${refunded}`),
      escapeHtml(session.customer_details?.email ?? ""),
      time(session.created * 1000),
      sessionButtons(session, charge),
    ]);
  });
  return table(["Session", "Amount", "Status", "Buyer", "Created", ""], rows);
}

function sessionButtons(session: Stripe.Checkout.Session, charge: Stripe.Charge | null): string {
  if (session.status === "open") return button("expire", session.id, "Expire");
  if (charge?.paid && !charge.refunded) return button("refund", charge.id, "Refund in full");
  if (session.status === "complete" && session.payment_status === "unpaid")
    return `<a href="/c/pay/${session.id}">Settle</a>`;
  return "";
}

function eventsTable(state: State): string {
  const rows = newest(state.events.values()).map((event) =>
    row([
      `<code title="${event.id}">${escapeHtml(event.type)}</code>`,
      `<code>${escapeHtml(objectId(event))}</code>`,
      time(event.created * 1000),
      deliveryStatus(state.deliveries.filter(({ eventId }) => eventId === event.id)),
      button("resend", event.id, "Resend"),
    ]),
  );
  return table(["Event", "Object", "Created", "Delivery", ""], rows);
}

function deliveryStatus(deliveries: Delivery[]): string {
  const last = deliveries.at(-1);
  if (!last) return "waiting";
  const tries = deliveries.length > 1 ? `, ${deliveries.length} tries` : "";
  return escapeHtml(`${last.status ?? last.error ?? ""}${tries}`);
}

function objectId(event: Stripe.Event): string {
  const object = event.data.object as { id?: string };
  return shorten(object.id ?? "");
}

function shortLink(session: Stripe.Checkout.Session): string {
  return `<a href="/c/pay/${session.id}"><code>${shorten(session.id)}</code></a>`;
}

function shorten(id: string): string {
  return id.length > 20 ? `${id.slice(0, 14)}…${id.slice(-4)}` : id;
}

function button(action: string, id: string, label: string): string {
  return `<form method="post" action="/${action}"><input type="hidden" name="id" value="${escapeHtml(id)}"><button>${label}</button></form>`;
}

function time(milliseconds: number): string {
  const iso = new Date(milliseconds).toISOString();
  return `<time datetime="${iso}">${iso.slice(0, 19).replace("T", " ")}</time>`;
}

function table(heads: string[], rows: string[]): string {
  if (rows.length === 0) return "<p>None yet.</p>";
  const head = heads.map((each) => `<th scope="col">${each}</th>`).join("");
  return `<table><thead><tr>${head}</tr></thead><tbody>${rows.join("\n")}</tbody></table>`;
}

function row(cells: string[]): string {
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
}

function newest<T>(things: Iterable<T>): T[] {
  return [...things].slice(-SHOWN).reverse();
}
