import type { Services } from "#lib/services/index.ts";
import { requestRefund } from "#lib/orders/request-refund.ts";
import { startCheckout } from "#lib/orders/start-checkout.ts";
import { syncOrder } from "#lib/orders/sync-order.ts";
import type { TestShop } from "../../../support/shop.ts";
import { deliver, insertBuyer, purchaseOf, type Buyer } from "./purchase.ts";

/** What can happen to one buyer's orders: by the buyer, banks, Stripe, the network, operators. */
export const STEPS = [
  "open one",
  "open both",
  "pay",
  "decline",
  "transfer",
  "transfer arrives",
  "transfer fails",
  "session expires",
  "Dashboard refunds some",
  "Dashboard refunds all",
  "refund fails",
  "dispute",
  "dispute won",
  "dispute lost",
  "ask for the money back",
  "webhook",
  "old webhook",
  "webhooks at once",
  "sync",
  "answer lost",
  "Stripe fails",
  "connection reset",
  "killed before a write",
  "killed after a write",
] as const;
export type Step = (typeof STEPS)[number];

/** One buyer, and what the network does to the next call. */
export interface History {
  shop: TestShop;
  buyer: Buyer;
  courses: [one: string, two: string];
  kill: "before" | "after" | null;
  /** How much Stripe knew when it began: looking there again would take longer each time. */
  since: { sessions: number; events: number };
}

/** A history of a buyer who has done nothing yet. */
export async function beginHistory(shop: TestShop, courses: History["courses"]): Promise<History> {
  const { checkouts, events } = shop.stripe.state;
  const since = { sessions: checkouts.size, events: events.size };
  return { shop, buyer: await insertBuyer(shop), courses, kill: null, since };
}

/**
 * Does one step, if it makes sense now. What a person or Stripe would be told is swallowed: only
 * where it leads to counts.
 */
export async function take(history: History, step: Step): Promise<void> {
  try {
    await (isByServer(step) ? serve(history, step) : happen(history, step));
  } catch {
    return;
  }
}

/** The buyer's sessions at Stripe, oldest first. */
export function sessionsOf({ shop, since }: History) {
  return [...shop.stripe.state.checkouts.values()]
    .slice(since.sessions)
    .map(({ session }) => session);
}

/** The buyer's orders, oldest first. */
export function ordersOf({ shop, buyer }: History) {
  return shop.sql<{ id: string; status: string; stripe_session_id: string | null }>(
    "SELECT id, status, stripe_session_id FROM orders WHERE user_id = $1 ORDER BY number",
    [buyer.userId],
  );
}

function isByServer(step: Step): boolean {
  return ["open", "ask", "webhook", "old", "sync"].some((word) => step.startsWith(word));
}

async function serve(history: History, step: Step): Promise<void> {
  const { shop, buyer, courses } = history;
  const mortal = { ...shop, services: killable(history) };
  const now = new Date();
  if (step.startsWith("open")) {
    const wanted = step === "open both" ? courses : courses.slice(0, 1);
    await startCheckout(mortal.services, purchaseOf(buyer, ...wanted));
    return;
  }
  const orders = await ordersOf(history);
  const newest = orders.at(-1);
  if (!newest) return;
  if (step === "sync") await syncOrder(mortal.services, newest.id, { now });
  if (step === "ask for the money back")
    await requestRefund(mortal.services, {
      orderId: orders.findLast(({ status }) => status === "paid")?.id ?? newest.id,
      items: "all",
      source: "buyer",
      actorId: buyer.userId,
      reason: null,
      now,
    });
  const events = eventsOf(history);
  const event = step === "old webhook" ? events[0] : events.at(-1);
  if (step.includes("webhook") && event)
    await Promise.all(
      (step === "webhooks at once" ? [1, 2, 3] : [1]).map(() => deliver(mortal, event)),
    );
}

async function happen(history: History, step: Step): Promise<void> {
  const { stripe } = history.shop;
  const sessions = sessionsOf(history);
  const open = sessions.findLast(({ status }) => status === "open")?.id ?? "";
  const waiting = sessions.findLast(
    (session) => session.payment_status === "unpaid" && session.status === "complete",
  );
  const payment = sessions.findLast(
    ({ payment_status: status }) => status === "paid",
  )?.payment_intent;
  const intent = typeof payment === "string" ? payment : "";
  const refund = [...stripe.state.refunds.values()].findLast(
    (each) => each.payment_intent === payment,
  );
  const dispute = [...stripe.state.disputes.values()].findLast(
    (each) => each.payment_intent === payment,
  );
  const actions: Partial<Record<Step, () => unknown>> = {
    pay: () => stripe.pay(open),
    decline: () => stripe.pay(open, "4000000000000002"),
    transfer: () => stripe.payByTransfer(open),
    "transfer arrives": () => stripe.settle(waiting?.id ?? "", true),
    "transfer fails": () => stripe.settle(waiting?.id ?? "", false),
    "session expires": () => stripe.expire(open),
    "Dashboard refunds some": () => stripe.refund(intent, 1000),
    "Dashboard refunds all": () => stripe.refund(intent),
    "refund fails": () => stripe.failRefund(refund?.id ?? ""),
    dispute: () => stripe.dispute(intent),
    "dispute won": () => stripe.winDispute(dispute?.id ?? ""),
    "dispute lost": () => stripe.loseDispute(dispute?.id ?? ""),
    "answer lost": () => stripe.faultQueue.inject({ kind: "lost-answer", times: 1 }),
    "Stripe fails": () => stripe.faultQueue.inject({ kind: "500", times: 1 }),
    "connection reset": () => stripe.faultQueue.inject({ kind: "reset", times: 1 }),
    "killed before a write": () => (history.kill = "before"),
    "killed after a write": () => (history.kill = "after"),
  };
  await actions[step]?.();
}

function eventsOf({ shop, since }: History) {
  return [...shop.stripe.state.events.values()].slice(since.events);
}

// The Worker ends at its next write: nobody hears whether the database did it.
function killable(history: History): Services {
  const { services } = history.shop;
  const write: typeof services.database.write = async (strings, ...values) => {
    const { kill } = history;
    history.kill = null;
    if (kill === "before") throw new Error("killed");
    const rows = await services.database.write<never>(strings, ...values);
    if (kill === "after") throw new Error("killed");
    return rows;
  };
  const { stripe } = services;
  // A single try each: the library's own retries would wait, and hide most faults.
  const once: typeof stripe = { ...stripe, run: (call) => stripe.runOnce(call) };
  return { ...services, stripe: once, database: { ...services.database, write } };
}
