import { expect, test } from "vitest";
import type { OrderItemView, OrderView } from "#lib/orders/order.ts";
import { offerReturns, type ItemProgress, type RefundPolicy } from "#lib/orders/refund-policy.ts";

const PAID_AT = new Date("2026-11-01T12:00:00Z");
const POLICY: RefundPolicy = { windowDays: 30, maxCompletedPercent: 50 };
const after = (days: number, milliseconds = 0) =>
  new Date(PAID_AT.getTime() + days * 86_400_000 + milliseconds);

function item(changes: Partial<OrderItemView> = {}): OrderItemView {
  return {
    id: "1b4e28ba-2fa1-41d2-883f-0016d3cca427",
    courseSlug: "sailing",
    title: "Sailing by night",
    priceAmount: 4900,
    paidAmount: 4900,
    refundedAmount: 0,
    state: "owned",
    ...changes,
  };
}

function order(changes: Partial<OrderView> = {}): OrderView {
  return {
    id: "0f8fad5b-d9cb-469f-a165-70867728950e",
    number: "1001",
    source: "stripe",
    status: "paid",
    currency: "eur",
    subtotalAmount: 4900,
    discountAmount: 0,
    taxAmount: 0,
    totalAmount: 4900,
    refundedAmount: 0,
    stripeSessionUrl: null,
    stripeInvoiceUrl: null,
    createdAt: PAID_AT,
    expiresAt: PAID_AT,
    paidAt: PAID_AT,
    items: [item()],
    refunds: [],
    ...changes,
  };
}

function progress(changes: Partial<ItemProgress> = {}): ItemProgress {
  return {
    itemId: item().id,
    lessonCount: 8,
    doneCount: 0,
    refundedAmount: 0,
    requestedAmount: 0,
    ...changes,
  };
}

function offer(
  given: OrderView,
  { own = progress(), policy = POLICY, now = after(1) } = {},
): ReturnType<typeof offerReturns>["items"][number] {
  const [first] = offerReturns(given, [own], policy, now).items;
  if (!first) throw new Error("The order has no item.");
  return first;
}

test("a course goes back for what was paid for it", () => {
  const discounted = order({ totalAmount: 3920, items: [item({ paidAmount: 3920 })] });
  expect(offer(discounted)).toMatchObject({ amount: 3920, refusal: null, isReturned: false });
});

test("the last moment of the window still counts, and the next one does not", () => {
  const last = after(30, -1);
  expect(offerReturns(order(), [progress()], POLICY, last).daysLeft).toBe(1);
  expect(offer(order(), { now: last }).refusal).toBeNull();
  expect(offerReturns(order(), [progress()], POLICY, after(30)).daysLeft).toBe(0);
  expect(offer(order(), { now: after(30) })).toMatchObject({
    amount: 0,
    refusal: "The 30 days to return it are over.",
  });
});

test("a window of no days takes nothing back, not even at once", () => {
  const policy = { ...POLICY, windowDays: 0 };
  expect(offer(order(), { policy, now: PAID_AT }).refusal).toMatch(/cannot be returned here/);
  expect(offer(order(), { policy, now: after(0, -1) }).refusal).toMatch(/cannot be returned here/);
});

test.each([
  [4, 8, 50, true],
  [5, 8, 50, false],
  [2, 5, 40, true],
  [1, 3, 33, false],
  [0, 8, 0, true],
  [1, 8, 0, false],
  [8, 8, 100, true],
  [0, 0, 50, true],
])("%i of %i lessons at a limit of %i%%: %s", (doneCount, lessonCount, limit, isFine) => {
  const own = progress({ doneCount, lessonCount });
  const { refusal } = offer(order(), {
    own,
    policy: { windowDays: 30, maxCompletedPercent: limit },
  });
  expect(refusal === null).toBe(isFine);
  if (!isFine) expect(refusal).toContain(`${doneCount} of ${lessonCount} lessons`);
});

test("an order that a code paid wholly has nothing to give back", () => {
  const free = order({ totalAmount: 0, discountAmount: 4900, items: [item({ paidAmount: 0 })] });
  expect(offer(free)).toMatchObject({ refusal: expect.stringContaining("cost nothing") as string });
  expect(offer(free).isReturned).toBe(false);
});

test("a grant by hand is not returned", () => {
  const grant = order({ source: "manual", totalAmount: 0, items: [item({ paidAmount: 0 })] });
  expect(offer(grant).refusal).toMatch(/opened for you/);
});

test.each([
  "creating",
  "pending",
  "processing",
  "failed",
  "expired",
  "refunded",
  "disputed",
  "charged_back",
  "review",
  "duplicate_refunded",
] as const)("an order that is %s has no return", (status) => {
  expect(offer(order({ status })).refusal).not.toBeNull();
});

test("what went back, or is written down to, is not given twice", () => {
  const status = "partially_refunded" as const;
  const back = order({ status, items: [item({ refundedAmount: 4900, state: "ended" })] });
  expect(offer(back, { own: progress({ refundedAmount: 4900 }) })).toMatchObject({
    isReturned: true,
    refusal: "It was returned already.",
  });
  const asked = offer(order(), { own: progress({ requestedAmount: 4900 }) });
  expect(asked).toMatchObject({ isReturned: true, refusal: "Its refund is being made." });
  const part = order({ status, refundedAmount: 900, items: [item({ refundedAmount: 900 })] });
  expect(offer(part, { own: progress({ refundedAmount: 900 }) })).toMatchObject({
    amount: 4000,
    refusal: null,
  });
});

test("a part from the Dashboard that names no course leaves a person to decide", () => {
  const given = order({
    status: "partially_refunded",
    totalAmount: 7400,
    refundedAmount: 3000,
    items: [item(), item({ id: "7c9e6679-7425-40de-944b-e07fc1f90ae7", paidAmount: 2500 })],
  });
  expect(offer(given).refusal).toMatch(/write to us/);
  expect(offerReturns(given, [], POLICY, after(1)).items[1]?.refusal).toBeNull();
});
