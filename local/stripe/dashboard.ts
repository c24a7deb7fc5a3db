import { escapeHtml, page } from "../page.ts";
import { disputesTable, refundsTable } from "./dashboard-money.ts";
import { button, row, shorten, table, time } from "./dashboard-parts.ts";
import { sessionsTable } from "./dashboard-sessions.ts";
import { now, type Delivery, type Ledger, type State } from "./ledger.ts";
import { formatAmount } from "./money.ts";
import { refreshPromotions } from "./promotions.ts";
import { idOf } from "./references.ts";

const SHOWN = 50;

/** The page for people: what was sold and what became of it, and buttons for what banks do. */
export function dashboardPage(ledger: Ledger, stackUrl: string): string {
  refreshPromotions(ledger);
  return page(
    "Local Stripe",
    `<p>A stand-in for Stripe: it answers the API, takes test cards and sends webhooks. No money moves.</p>
${clockForm(ledger)}
<h2>Checkout sessions</h2>${sessionsTable(ledger)}
<h2>Refunds</h2>${refundsTable(ledger.state)}
<h2>Disputes</h2>${disputesTable(ledger.state)}
<h2>Promotion codes</h2>${promotionsTable(ledger.state)}
<h2>Events</h2>
<p>${button("hold", "", "Hold new events back")} ${button("release", "", "Send held events")}</p>${eventsTable(ledger.state)}`,
    stackUrl,
  );
}

function clockForm(ledger: Ledger): string {
  const days = ledger.state.clockOffset / 86_400;
  const ahead = days > 0 ? `, ${Number(days.toFixed(2))} days ahead` : "";
  return `<p>Its clock says ${time(now(ledger) * 1000)}${ahead}.
<form method="post" action="/advance"><label>Days to move it ahead <input name="days" type="number" min="0.01" max="366" step="any" value="1" size="6"></label> <button>Move</button></form></p>`;
}

function promotionsTable(state: State): string {
  const rows = newest(state.promotionCodes.values()).map((code) => {
    const coupon = state.coupons.get(idOf(code.promotion.coupon));
    const off = coupon?.percent_off
      ? `${coupon.percent_off} % off`
      : `${formatAmount(coupon?.amount_off ?? 0, coupon?.currency ?? "eur")} off`;
    const most = code.max_redemptions === null ? "" : ` of ${code.max_redemptions}`;
    return row([
      `<code>${escapeHtml(code.code)}</code>`,
      escapeHtml(off),
      code.active ? "active" : "over",
      `used ${code.times_redeemed}${most} times`,
    ]);
  });
  return table(["Code", "Discount", "Status", "Use"], rows);
}

function eventsTable(state: State): string {
  const rows = newest(state.events.values()).map((event) => {
    const object = event.data.object as { id?: string };
    return row([
      `<code title="${event.id}">${escapeHtml(event.type)}</code>`,
      `<code>${escapeHtml(shorten(object.id ?? ""))}</code>`,
      time(event.created * 1000),
      deliveryStatus(state.deliveries.filter(({ eventId }) => eventId === event.id)),
      button("resend", event.id, "Resend"),
    ]);
  });
  return table(["Event", "Object", "Created", "Delivery", ""], rows);
}

function deliveryStatus(deliveries: Delivery[]): string {
  const last = deliveries.at(-1);
  if (!last) return "waiting";
  const tries = deliveries.length > 1 ? `, ${deliveries.length} tries` : "";
  return escapeHtml(`${last.status ?? last.error ?? ""}${tries}`);
}

function newest<T>(things: Iterable<T>): T[] {
  return [...things].slice(-SHOWN).reverse();
}
