import { FAILING_REFUND_CARD, SLOW_REFUND_CARD } from "#local/stripe/cards.ts";
import type { InjectedFault } from "#local/stripe/fault-queue.ts";
import type { History, Kill } from "./history-worker.ts";

/** Does what it says, and gives false when there is nothing to do it to. */
type Happening = (history: History, pick: number) => boolean;

/** What the buyer does at Stripe, and banks, the Dashboard, the network and the time do. */
export const OUTSIDE: Record<string, Happening> = {
  pay: withOpen(({ shop }, id) => shop.stripe.pay(id)),
  "pay by a card whose refunds fail": withOpen(({ shop }, id) =>
    shop.stripe.pay(id, FAILING_REFUND_CARD),
  ),
  "pay by a card whose refunds are slow": withOpen(({ shop }, id) =>
    shop.stripe.pay(id, SLOW_REFUND_CARD),
  ),
  decline: withOpen(({ shop }, id) => shop.stripe.pay(id, "4000000000000002")),
  transfer: withOpen(({ shop }, id) => shop.stripe.payByTransfer(id)),
  "transfer arrives": (history) => endTransfer(history, true),
  "transfer fails": (history) => endTransfer(history, false),
  "session expires": withOpen(({ shop }, id) => shop.stripe.expire(id)),
  "Dashboard refunds some": withPayment(({ shop }, id) => shop.stripe.refund(id, 1000)),
  "Dashboard refunds all": withPayment(({ shop }, id) => shop.stripe.refund(id)),
  "Dashboard begins a refund": withPayment(({ shop }, id) => shop.stripe.pendingRefund(id, 1500)),
  "refund fails": (history, pick) => {
    const { refunds } = history.shop.stripe.state;
    const refund = pickFrom([...refunds.values()].filter(canFail), pick);
    if (refund) history.shop.stripe.failRefund(refund.id);
    return refund !== null;
  },
  dispute: withPayment(({ shop }, id) => {
    const { disputes } = shop.stripe.state;
    const isDisputed = [...disputes.values()].some(
      (each) => each.payment_intent === id && each.status !== "won",
    );
    if (!isDisputed) shop.stripe.dispute(id);
    return !isDisputed;
  }),
  "dispute won": (history) => endDispute(history, "winDispute"),
  "dispute lost": (history) => endDispute(history, "loseDispute"),
  "answer lost": fault({ kind: "lost-answer" }),
  "a refund's answer is lost": fault({ kind: "lost-answer", operation: "POST /v1/refunds" }),
  "Stripe fails": fault({ kind: "500" }),
  "connection reset": fault({ kind: "reset" }),
  "killed before a write": kill("write", "before"),
  "killed after a write": kill("write", "after"),
  "killed at a read": kill("read", "before"),
  "a minute passes": wait(61),
  "half an hour passes": wait(32 * 60),
  "a day passes": wait(25 * 3600),
};

/** The buyer's sessions at Stripe, oldest first. */
export function sessionsOf({ shop }: History) {
  return [...shop.stripe.state.checkouts.values()].map(({ session }) => session);
}

/** Ends every transfer and refund that a bank still works on. */
export function endBankWork(history: History): void {
  const { stripe } = history.shop;
  while (endTransfer(history, true));
  for (const { id, status } of stripe.state.refunds.values())
    if (status === "pending" && !stripe.state.dueRefunds.has(id)) stripe.succeedRefund(id);
}

/** One of them, counted from the newest, or null. */
export function pickFrom<T>(all: readonly T[], pick: number): T | null {
  return all.at(-1 - (pick % Math.max(1, all.length))) ?? null;
}

function withOpen(act: (history: History, sessionId: string) => unknown): Happening {
  return (history) => {
    const open = sessionsOf(history).findLast(({ status }) => status === "open");
    if (open) act(history, open.id);
    return open !== undefined;
  };
}

function withPayment(act: (history: History, intentId: string) => unknown): Happening {
  return (history, pick) => {
    const paid = sessionsOf(history).filter(({ payment_status: status }) => status === "paid");
    const payment = pickFrom(paid, pick)?.payment_intent;
    return typeof payment === "string" && act(history, payment) !== false;
  };
}

function endTransfer(history: History, arrived: boolean): boolean {
  const { paymentIntents } = history.shop.stripe.state;
  const waiting = sessionsOf(history).find(
    ({ payment_intent: intent }) =>
      typeof intent === "string" && paymentIntents.get(intent)?.status === "processing",
  );
  if (waiting) history.shop.stripe.settle(waiting.id, arrived);
  return waiting !== undefined;
}

function endDispute(history: History, how: "winDispute" | "loseDispute"): boolean {
  const { stripe } = history.shop;
  const open = [...stripe.state.disputes.values()].findLast(
    ({ status }) => status === "needs_response",
  );
  if (open) stripe[how](open.id);
  return open !== undefined;
}

function canFail({ status }: { status: string | null }): boolean {
  return status === "succeeded" || status === "pending";
}

function fault(injected: InjectedFault): Happening {
  return ({ shop }) => {
    shop.stripe.faultQueue.inject({ ...injected, times: 1 });
    return true;
  };
}

function kill(at: Kill["at"], when: Kill["when"]): Happening {
  return (history, pick) => {
    history.kill = { at, when, left: 1 + (pick % 4) };
    return true;
  };
}

// No request lives so long that Stripe forgets its key meanwhile.
function wait(seconds: number): Happening {
  return ({ shop, slow }) => {
    if (slow.length > 0 && seconds > 3600) return false;
    shop.stripe.advance(seconds);
    return true;
  };
}
