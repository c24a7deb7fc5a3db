import { expect, test } from "vitest";
import { decideOrder } from "#lib/orders/decide-order.ts";
import type { OrderRecord } from "#lib/orders/order.ts";
import type { PaymentFacts, StripeFacts } from "#lib/orders/stripe-facts.ts";
import {
  knownRefund,
  openFacts,
  paidFacts,
  refundFacts,
  sampleItem,
  sampleOrder,
} from "./order-samples.ts";

const now = new Date("2026-11-01T12:10:00Z");
const afterEnd = new Date("2026-11-01T13:00:00Z");
const paidAt = new Date("2026-11-01T12:05:00Z");

// The decision about an order of one course, with what becomes of that course and the one mail.
function decide(order: Partial<OrderRecord>, facts: StripeFacts | null, at = now) {
  const decision = decideOrder(sampleOrder(order), facts, at);
  const { items, mails } = decision;
  return { ...decision, items: items[0]?.state ?? null, mail: mails[0]?.template ?? null };
}

function refunded(amount: number) {
  return paidFacts({}, { refunds: [refundFacts({ amount })] });
}

test("a paid session grants, with one receipt", () => {
  for (const status of ["creating", "pending", "processing"] as const)
    expect(decide({ status }, paidFacts())).toMatchObject({
      status: "paid",
      items: "owned",
      mail: "receipt",
    });
  expect(decide({ status: "paid", paidAt }, paidFacts())).toMatchObject({
    status: "paid",
    items: "owned",
    mail: null,
  });
});

test("a session without payment is paid when nothing is to be paid", () => {
  const free = paidFacts({
    paymentStatus: "no_payment_required",
    discountAmount: 4900,
    totalAmount: 0,
    payment: null,
  });
  expect(decide({}, free)).toMatchObject({ status: "paid", items: "owned" });
});

test("an open session grants nothing and ends nothing", () => {
  expect(decide({ status: "creating" }, openFacts())).toMatchObject({
    status: "pending",
    items: "open",
    mail: null,
  });
});

test("an expired session frees the course", () => {
  const expired = { ...openFacts(), sessionStatus: "expired" as const };
  expect(decide({}, expired)).toMatchObject({ status: "expired", items: "ended", mail: null });
});

test("money that comes later grants when it comes, and says so when it does not", () => {
  const onItsWay = paidFacts({ paymentStatus: "unpaid" }, { status: "processing" });
  expect(decide({}, onItsWay)).toMatchObject({ status: "processing", items: "open" });
  const failed = paidFacts({ paymentStatus: "unpaid" }, { status: "requires_payment_method" });
  expect(decide({ status: "processing" }, failed)).toMatchObject({
    status: "failed",
    items: "ended",
    mail: "payment-failed",
  });
  expect(decide({ status: "failed" }, failed).mail).toBeNull();
});

const mismatches: [string, Partial<StripeFacts>, Partial<PaymentFacts>][] = [
  ["another order's session", { clientReferenceId: "another" }, {}],
  ["a session without an order", { clientReferenceId: null }, {}],
  ["the other mode", { livemode: true }, {}],
  ["another currency", { currency: "usd" }, {}],
  ["another price", { subtotalAmount: 100, totalAmount: 100 }, { receivedAmount: 100 }],
  ["a total that is not its parts", { totalAmount: 100 }, { receivedAmount: 100 }],
  ["a payment of less", {}, { receivedAmount: 100 }],
  ["a payment in another currency", {}, { currency: "usd" }],
];

test.each(mismatches)("%s is looked at by a person and grants nothing", (_, session, payment) => {
  const decision = decide({}, paidFacts(session, payment));
  expect(decision).toMatchObject({ status: "review", items: null, mail: null });
  expect(decision.reviewReason).not.toBeNull();
});

test("an order in review goes on once the facts agree", () => {
  const order = {
    status: "review",
    reviewReason: "The payment is not the session's total.",
  } as const;
  expect(decide(order, paidFacts())).toMatchObject({
    status: "paid",
    items: "owned",
    reviewReason: null,
  });
});

test("tax may be in the price or on top of it", () => {
  const inside = paidFacts({ taxAmount: 782 });
  const onTop = paidFacts({ taxAmount: 931, totalAmount: 5831 }, { receivedAmount: 5831 });
  for (const facts of [inside, onTop]) expect(decide({}, facts).status).toBe("paid");
});

test("a full refund takes the course away, a part of it does not", () => {
  const order = { status: "paid", paidAt } as const;
  expect(decide(order, refunded(1000))).toMatchObject({
    status: "partially_refunded",
    items: "owned",
  });
  expect(decide(order, refunded(4900))).toMatchObject({
    status: "refunded",
    items: "ended",
  });
});

test("a refund seen before the payment ends as refunded", () => {
  expect(decide({ status: "creating" }, refunded(4900))).toMatchObject({
    status: "refunded",
    items: "ended",
    mail: "refund",
  });
});

test("a refund that failed gives the course back; an answer from before it does not", () => {
  const order = {
    status: "refunded",
    paidAt,
    refundedAmount: 4900,
    refunds: [knownRefund()],
  } as const;
  const failed = paidFacts({}, { refunds: [refundFacts({ status: "failed" })] });
  expect(decide({ ...order, refunds: [...order.refunds] }, failed)).toMatchObject({
    status: "paid",
    items: "owned",
    mail: "refund-failed",
  });
  expect(decide({ ...order, refunds: [...order.refunds] }, paidFacts())).toMatchObject({
    status: "refunded",
    items: "ended",
    acceptsAmounts: false,
    acceptsRefunds: false,
  });
});

test("a refund that failed does not succeed again by an old answer", () => {
  const refunds = [knownRefund({ status: "failed" })];
  expect(decide({ status: "paid", paidAt, refunds }, refunded(4900))).toMatchObject({
    status: "paid",
    items: null,
    acceptsRefunds: false,
  });
});

test("a dispute suspends the course until it is won", () => {
  const paid = { status: "paid", paidAt } as const;
  expect(decide(paid, paidFacts({}, { dispute: "open" }))).toMatchObject({
    status: "disputed",
    items: "ended",
  });
  const disputed = { status: "disputed", paidAt } as const;
  expect(decide(disputed, paidFacts({}, { dispute: "won" }))).toMatchObject({
    status: "paid",
    items: "owned",
  });
  expect(decide(disputed, paidFacts({}, { dispute: "lost" })).status).toBe("charged_back");
  expect(decide(disputed, paidFacts())).toMatchObject({ status: "disputed", items: "ended" });
  const lost = { status: "charged_back", paidAt } as const;
  expect(decide(lost, paidFacts({}, { dispute: "open" })).status).toBe("charged_back");
});

test("old facts take nothing back", () => {
  const expired = { ...openFacts(), sessionStatus: "expired" as const };
  for (const facts of [openFacts(), expired])
    expect(decide({ status: "paid", paidAt }, facts)).toMatchObject({
      status: "paid",
      items: null,
      acceptsAmounts: false,
    });
});

test("a second payment for an owned course is given back", () => {
  const items = [sampleItem({ isOwnedElsewhere: true })];
  expect(decide({ items }, paidFacts())).toMatchObject({
    mail: null,
    duplicates: [{ itemId: sampleItem().id, amount: 4900 }],
  });
  const refunds = [knownRefund({ source: "duplicate", stripeRefundId: null, status: "requested" })];
  const ownId = refunds[0]?.id ?? "";
  const returned = paidFacts({}, { refunds: [refundFacts({ ownId })] });
  expect(decide({ items, refunds }, returned)).toMatchObject({
    status: "duplicate_refunded",
    items: "ended",
    mail: "refund",
    duplicates: [],
  });
  const won = paidFacts({}, { dispute: "won" });
  expect(decide({ status: "disputed", paidAt, items }, won).status).toBe("review");
});

test("a second payment that can't be given back is looked at by a person", () => {
  const items = [sampleItem({ isOwnedElsewhere: true })];
  const refunds = [knownRefund({ source: "duplicate", stripeRefundId: null, status: "failed" })];
  expect(decide({ items, refunds }, paidFacts())).toMatchObject({
    status: "review",
    items: null,
    duplicates: [],
  });
});

test("a second course that is owned when the refund of the first is written is a person's matter", () => {
  const items = ["first", "second"].map((id) => sampleItem({ id, isOwnedElsewhere: true }));
  const order = { subtotalAmount: 9800, totalAmount: 9800, items };
  const facts = { subtotalAmount: 9800, totalAmount: 9800 };
  const refunds = [
    knownRefund({
      source: "duplicate",
      status: "requested",
      stripeRefundId: null,
      items: [{ itemId: "first", amount: 4900 }],
    }),
  ];
  const made = [refundFacts({ ownId: refunds[0]?.id ?? "" })];
  for (const told of [[], made])
    expect(
      decide({ ...order, refunds }, paidFacts(facts, { receivedAmount: 9800, refunds: told })),
    ).toMatchObject({ status: "review", duplicates: [] });
  const unasked = decide(order, paidFacts(facts, { receivedAmount: 9800 }));
  expect(unasked.duplicates.map(({ itemId }) => itemId)).toEqual(["first", "second"]);
});

test("a second payment that went back may be disputed, and its refund may fail", () => {
  const items = [sampleItem({ isOwnedElsewhere: true, state: "ended" })];
  const refunds = [knownRefund({ source: "duplicate" })];
  const returned = { status: "duplicate_refunded", items, refunds } as const;
  const ownId = refunds[0]?.id ?? "";
  const told = { refunds: [refundFacts({ ownId })] };
  const disputed = paidFacts({}, { ...told, dispute: "open" });
  expect(decide(returned, disputed)).toMatchObject({ status: "disputed" });
  const won = paidFacts({}, { ...told, dispute: "won" });
  expect(decide({ ...returned, status: "disputed" }, won).status).toBe("duplicate_refunded");
  const failed = paidFacts({}, { refunds: [refundFacts({ ownId, status: "failed" })] });
  expect(decide(returned, failed)).toMatchObject({ status: "review", duplicates: [] });
  const free = paidFacts({ paymentStatus: "no_payment_required", totalAmount: 0, payment: null });
  expect(decide({ ...returned, refunds: [], items: [sampleItem()] }, free).status).toBe(
    "duplicate_refunded",
  );
});

test("an order that Stripe knows nothing of ends with its time", () => {
  const creating = { status: "creating", stripeSessionId: null } as const;
  expect(decide(creating, null).status).toBe("creating");
  expect(decide(creating, null, afterEnd)).toMatchObject({ status: "expired", items: "ended" });
  expect(decide({ status: "paid", paidAt }, null, afterEnd).status).toBe("paid");
});

test("a grant by hand needs no facts, and ends when it is taken back", () => {
  const grant = { source: "manual", status: "creating" } as const;
  expect(decide(grant, null)).toMatchObject({ status: "paid", items: "owned", mail: "grant" });
  const granted = { source: "manual", status: "paid", paidAt } as const;
  expect(decide(granted, null)).toMatchObject({ status: "paid", items: "owned", mail: null });
  expect(decide({ ...granted, isWithdrawn: true }, null)).toMatchObject({
    status: "refunded",
    items: "ended",
  });
});

test("a grant of a course that is owned already gives nothing", () => {
  const items = [sampleItem({ isOwnedElsewhere: true })];
  expect(decide({ source: "manual", status: "creating", items }, null)).toMatchObject({
    status: "duplicate_refunded",
    items: "ended",
    mail: null,
  });
});
