import fc from "fast-check";
import { expect, test } from "vitest";
import { decideOrder } from "#lib/orders/decide-order.ts";
import type { OrderRecord } from "#lib/orders/order.ts";
import {
  isActive,
  refundedAmount,
  type PaymentFacts,
  type RefundFacts,
  type StripeFacts,
} from "#lib/orders/stripe-facts.ts";
import { knownRefund, openFacts, paidFacts, refundFacts, sampleOrder } from "./order-samples.ts";

const now = new Date("2026-11-01T12:10:00Z");

type Step = "refund some" | "refund all" | "refund fails" | "dispute" | "win" | "lose";

// What Stripe would say after each step: a history that can happen, from the open session on.
function historyOf(
  start: "paid" | "transfer" | "expired" | "failed",
  steps: Step[],
): StripeFacts[] {
  const onItsWay = paidFacts({ paymentStatus: "unpaid" }, { status: "processing" });
  if (start === "expired") return [openFacts(), { ...openFacts(), sessionStatus: "expired" }];
  if (start === "failed")
    return [
      openFacts(),
      onItsWay,
      paidFacts({ paymentStatus: "unpaid" }, { status: "requires_payment_method" }),
    ];
  const history =
    start === "paid" ? [openFacts(), paidFacts()] : [openFacts(), onItsWay, paidFacts()];
  for (const step of steps) {
    const payment = history.at(-1)?.payment;
    if (payment) history.push(paidFacts({}, { ...payment, ...after(step, payment) }));
  }
  return history;
}

function after(step: Step, payment: PaymentFacts): Partial<PaymentFacts> {
  const { refunds, dispute } = payment;
  const left = 4900 - refundedAmount(payment);
  if (step === "refund some" || step === "refund all") {
    const amount = step === "refund all" ? left : Math.min(left, 1000);
    const stripeId = `re_${refunds.length + 1}`;
    return { refunds: [...refunds, ...(amount > 0 ? [refundFacts({ stripeId, amount })] : [])] };
  }
  if (step === "refund fails") {
    const failing = refunds.find(isActive);
    const fail = (refund: RefundFacts) =>
      refund === failing ? { ...refund, status: "failed" as const } : refund;
    return { refunds: refunds.map(fail) };
  }
  if (step === "dispute") return dispute === "none" ? { dispute: "open" } : {};
  if (dispute === "none") return {};
  return { dispute: step === "win" || dispute === "won" ? "won" : "lost" };
}

// As `applyDecision` writes it.
function apply(order: OrderRecord, facts: StripeFacts): OrderRecord {
  const decision = decideOrder(order, facts, now);
  const { status, items, acceptsAmounts, acceptsRefunds } = decision;
  return {
    ...order,
    status,
    items: order.items.map((item) => ({ ...item, ...items.find(({ id }) => id === item.id) })),
    paidAt: order.paidAt ?? (items.some(({ state }) => state === "owned") ? now : null),
    ...(acceptsAmounts && { refundedAmount: refundedAmount(facts.payment) }),
    ...(acceptsRefunds && {
      refunds: (facts.payment?.refunds ?? []).map(({ stripeId, amount, status: at }) =>
        knownRefund({ stripeRefundId: stripeId, amount, status: at }),
      ),
    }),
  };
}

test("however late, doubled and old the answers are, the last true one decides", () => {
  const steps = fc.constantFrom<Step>(
    "refund some",
    "refund all",
    "refund fails",
    "dispute",
    "win",
    "lose",
  );
  fc.assert(
    fc.property(
      fc.constantFrom("paid", "transfer", "expired", "failed"),
      fc.array(steps, { maxLength: 8 }),
      fc.array(fc.nat(), { maxLength: 12 }),
      (start, taken, heard) => {
        const history = historyOf(start, taken);
        const final = history.at(-1) ?? openFacts();
        const answers = heard.map((index) => history[index % history.length] ?? final);
        const straight = apply(sampleOrder(), final);
        const end = [...answers, final].reduce(apply, sampleOrder());
        expect([end.status, end.refundedAmount]).toEqual([
          straight.status,
          straight.refundedAmount,
        ]);
      },
    ),
    { numRuns: 2_000 },
  );
});
