import fc from "fast-check";
import { expect, test } from "vitest";
import { decideOrder } from "#lib/orders/order-state.ts";
import type { OrderRecord } from "#lib/orders/order.ts";
import type { StripeFacts } from "#lib/orders/stripe-facts.ts";
import { openFacts, paidFacts, sampleOrder } from "./order-samples.ts";

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

function after(step: Step, payment: NonNullable<StripeFacts["payment"]>) {
  const { refundedAmount, failedRefundAmount, dispute } = payment;
  if (step === "refund some") return { refundedAmount: Math.min(4900, refundedAmount + 1000) };
  if (step === "refund all") return { refundedAmount: 4900 };
  if (step === "refund fails")
    return { refundedAmount: 0, failedRefundAmount: failedRefundAmount + refundedAmount };
  if (step === "dispute") return dispute === "none" ? { dispute: "open" as const } : {};
  if (dispute === "none") return {};
  return { dispute: step === "win" || dispute === "won" ? ("won" as const) : ("lost" as const) };
}

// As `applyDecision` writes it.
function apply(order: OrderRecord, facts: StripeFacts): OrderRecord {
  const { status, items, acceptsFacts } = decideOrder(order, facts, now);
  return {
    ...order,
    status,
    paidAt: order.paidAt ?? (items === "owned" ? now : null),
    ...(acceptsFacts && { refundedAmount: facts.payment?.refundedAmount ?? 0 }),
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
