import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { findOrderForMail, findOrderForUser } from "#lib/orders/queries.ts";
import { reconcileOrders } from "#lib/orders/reconcile.ts";
import { requestRefund } from "#lib/orders/request-refund.ts";
import { findReturnOffer, returnItems } from "#lib/orders/return-items.ts";
import { syncOrder } from "#lib/orders/sync-order.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import {
  failAt,
  insertBuyer,
  insertCourse,
  look,
  lookAtItems,
  open,
  paymentOf,
} from "./purchase.ts";

let shop: TestShop;
let one: string;
let two: string;
const CREATE_REFUND = "POST /v1/refunds";
const sync = (orderId: string) => syncOrder(shop.services, orderId, { now: new Date() });
const soon = (minutes: number) => new Date(Date.now() + minutes * 60_000);

beforeAll(async () => {
  shop = await openShop();
  one = await insertCourse(shop, { title: "One", price: 4900 });
  two = await insertCourse(shop, { title: "Two", price: 2501 });
  shop.stripe.createPromotion({ code: "FIFTH", percentOff: 20 });
  shop.stripe.createPromotion({ code: "GIFT", percentOff: 100 });
});
afterEach(() => shop.stripe.faultQueue.clear());
afterAll(() => shop.stop());

async function buyAll(courseIds = [one, two], code?: string) {
  const buyer = await insertBuyer(shop);
  const { orderId, sessionId } = await open(shop, buyer, ...courseIds);
  if (code) shop.stripe.applyPromotion(sessionId, code);
  shop.stripe.pay(sessionId);
  expect(await sync(orderId)).toBe("paid");
  const { userId } = buyer;
  const order = await findOrderForUser(shop.services.database, orderId, userId);
  const itemIds = order?.items.map(({ id }) => id) ?? [];
  const payment = paymentOf(shop, sessionId);
  return { orderId, userId, itemIds, payment };
}

type Bought = Awaited<ReturnType<typeof buyAll>>;

function giveBack({ orderId, userId, itemIds }: Bought, which = itemIds) {
  return returnItems(shop.services, { orderId, userId, itemIds: which, now: new Date() });
}

/** What Stripe sent back of a payment. */
function refundsOf(payment: string) {
  return [...shop.stripe.state.refunds.values()].filter(
    ({ payment_intent: intent }) => intent === payment,
  );
}

test("one of two courses goes back: it closes, the other stays open", async () => {
  const bought = await buyAll();
  expect(await giveBack(bought, bought.itemIds.slice(0, 1))).toBe("made");
  expect(await lookAtItems(shop, bought.orderId)).toEqual([
    { title: "One", state: "ended", paid: 4900, refunded: 4900, open: false },
    { title: "Two", state: "owned", paid: 2501, refunded: 0, open: true },
  ]);
  await sync(bought.orderId);
  const order = await look(shop, bought.orderId);
  expect(order?.status).toBe("partially_refunded");
  expect(order?.mails?.sort()).toEqual(["receipt", "refund"]);
  expect(refundsOf(bought.payment)).toMatchObject([
    { amount: 4900, reason: "requested_by_customer" },
  ]);
});

test("all courses at once, and one after the other, end refunded", async () => {
  const atOnce = await buyAll();
  expect(await giveBack(atOnce)).toBe("made");
  expect(await look(shop, atOnce.orderId)).toMatchObject({ status: "refunded" });
  expect(refundsOf(atOnce.payment)).toMatchObject([{ amount: 7401 }]);
  const inTurn = await buyAll();
  for (const itemId of inTurn.itemIds) expect(await giveBack(inTurn, [itemId])).toBe("made");
  expect(await look(shop, inTurn.orderId)).toMatchObject({ status: "refunded" });
  expect(refundsOf(inTurn.payment).map(({ amount }) => amount)).toEqual([4900, 2501]);
  expect((await lookAtItems(shop, inTurn.orderId)).map((item) => item.open)).toEqual([
    false,
    false,
  ]);
});

test("ten clicks at once make one refund", async () => {
  const bought = await buyAll([one]);
  const clicks = Array.from({ length: 10 }, () => giveBack(bought));
  for (const outcome of await Promise.all(clicks)) expect(["made", "waiting"]).toContain(outcome);
  expect(refundsOf(bought.payment)).toMatchObject([{ amount: 4900 }]);
  await sync(bought.orderId);
  const order = await look(shop, bought.orderId);
  expect(order).toMatchObject({ status: "refunded", entitlements: 0 });
  expect(order?.mails?.filter((mail) => mail === "refund")).toHaveLength(1);
  expect(await giveBack(bought), "and an hour later").toBe("made");
  expect(refundsOf(bought.payment)).toHaveLength(1);
});

test("while Stripe is silent the refund waits, and the reconciler makes it once", async () => {
  const bought = await buyAll([one]);
  shop.stripe.faultQueue.inject({ kind: "503", times: null });
  expect(await giveBack(bought)).toBe("waiting");
  expect(await giveBack(bought), "a second click waits too").toBe("waiting");
  expect(await look(shop, bought.orderId)).toMatchObject({ status: "paid", entitlements: 1 });
  const { database } = shop.services;
  const order = await findOrderForUser(database, bought.orderId, bought.userId);
  expect(order?.refunds).toMatchObject([{ status: "requested", amount: 4900, source: "buyer" }]);
  shop.stripe.faultQueue.clear();
  expect(refundsOf(bought.payment)).toEqual([]);
  const bug = new TypeError("planted");
  const noteBug = vi.fn();
  await reconcileOrders(failAt(shop, bought.orderId, bug, 1), { now: soon(2), noteBug });
  expect(noteBug.mock.calls, "what stops a refund is told").toEqual([
    [bug, { orderId: bought.orderId }],
  ]);
  await Promise.all([
    reconcileOrders(shop.services, { now: soon(2) }),
    reconcileOrders(shop.services, { now: soon(2) }),
  ]);
  await reconcileOrders(shop.services, { now: soon(4) });
  expect(await look(shop, bought.orderId)).toMatchObject({ status: "refunded", entitlements: 0 });
  expect(refundsOf(bought.payment)).toMatchObject([{ amount: 4900 }]);
});

test("a refund whose answer is lost is made once", async () => {
  const bought = await buyAll([one]);
  shop.stripe.faultQueue.inject({ kind: "lost-answer", operation: CREATE_REFUND, times: null });
  expect(await giveBack(bought)).toBe("waiting");
  expect(refundsOf(bought.payment)).toHaveLength(1);
  shop.stripe.faultQueue.clear();
  await reconcileOrders(shop.services, { now: soon(2) });
  expect(refundsOf(bought.payment)).toHaveLength(1);
  const order = await look(shop, bought.orderId);
  expect(order).toMatchObject({ status: "refunded", entitlements: 0 });
  expect(order?.mails?.filter((mail) => mail === "refund")).toHaveLength(1);
});

test("what Stripe refuses is said, noted, and changes nothing", async () => {
  const bought = await buyAll();
  shop.stripe.faultQueue.inject({ kind: "402", operation: CREATE_REFUND });
  await expect(giveBack(bought, bought.itemIds.slice(0, 1))).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("refused") as string,
  });
  expect(await look(shop, bought.orderId)).toMatchObject({ status: "paid", entitlements: 1 });
  expect((await lookAtItems(shop, bought.orderId)).map((item) => item.open)).toEqual([true, true]);
  const { database } = shop.services;
  const order = await findOrderForUser(database, bought.orderId, bought.userId);
  expect(order).toMatchObject({ refundedAmount: 0, refunds: [{ status: "failed" }] });
  expect(await giveBack(bought), "the next try is a new one").toBe("made");
});

test("what the Dashboard gave back already is not given back again", async () => {
  const bought = await buyAll();
  shop.stripe.refund(bought.payment);
  expect(await giveBack(bought)).toBe("made");
  expect(refundsOf(bought.payment)).toMatchObject([{ amount: 7401 }]);
  expect(await look(shop, bought.orderId)).toMatchObject({ status: "refunded", entitlements: 0 });
});

test("a part from the Dashboard leaves less than a course cost: a person decides", async () => {
  const bought = await buyAll();
  shop.stripe.refund(bought.payment, 5000);
  await expect(giveBack(bought, bought.itemIds.slice(0, 1))).rejects.toMatchObject({
    code: "conflict",
  });
  expect(refundsOf(bought.payment)).toMatchObject([{ amount: 5000 }]);
  await expect(giveBack(bought, bought.itemIds.slice(0, 1))).rejects.toMatchObject({
    message: expect.stringContaining("write to us") as string,
  });
});

test("a refund that fails later opens the course again and says so", async () => {
  const bought = await buyAll([one]);
  await giveBack(bought);
  expect(await look(shop, bought.orderId)).toMatchObject({ entitlements: 0 });
  const [refund] = refundsOf(bought.payment);
  shop.stripe.failRefund(refund?.id ?? "", "lost_or_stolen_card");
  expect(await sync(bought.orderId)).toBe("paid");
  const order = await look(shop, bought.orderId);
  expect(order).toMatchObject({ item: "owned", entitlements: 1 });
  expect(order?.mails?.sort()).toEqual(["receipt", "refund", "refund-failed"]);
});

test("more than was paid is never given back", async () => {
  const { orderId, userId: actorId, itemIds, payment } = await buyAll();
  const request = {
    orderId,
    source: "admin",
    actorId,
    reason: "Asked for",
    now: new Date(),
  } as const;
  const items = itemIds.slice(0, 1);
  await expect(
    requestRefund(shop.services, { ...request, items, amount: 4901 }),
  ).rejects.toMatchObject({ code: "invalid" });
  await requestRefund(shop.services, { ...request, items, amount: 4000 });
  await expect(
    requestRefund(shop.services, { ...request, items, amount: 901 }),
  ).rejects.toMatchObject({ code: "invalid" });
  await requestRefund(shop.services, { ...request, items: "all" });
  expect(refundsOf(payment).map(({ amount }) => amount)).toEqual([4000, 3401]);
  await expect(requestRefund(shop.services, { ...request, items: "all" })).rejects.toMatchObject({
    code: "conflict",
  });
});

test("after a code for a fifth the returns add up to what was paid", async () => {
  const bought = await buyAll([one, two], "FIFTH");
  for (const itemId of bought.itemIds) await giveBack(bought, [itemId]);
  expect(refundsOf(bought.payment).map(({ amount }) => amount)).toEqual([3920, 2001]);
  const order = await findOrderForMail(shop.services.database, bought.orderId);
  expect(order).toMatchObject({ status: "refunded", totalAmount: 5921, refundedAmount: 5921 });
});

test("yen go back without decimals", async () => {
  const yen = await insertCourse(shop, { currency: "jpy", price: 5000 });
  const bought = await buyAll([yen]);
  await giveBack(bought);
  expect(refundsOf(bought.payment)).toMatchObject([{ amount: 5000, currency: "jpy" }]);
});

test("nobody returns what is another's, not in the order, or was free", async () => {
  const bought = await buyAll([one]);
  const other = await buyAll([one]);
  await expect(giveBack({ ...bought, userId: other.userId })).rejects.toMatchObject({
    code: "not-found",
  });
  await expect(giveBack(bought, [...bought.itemIds, ...other.itemIds])).rejects.toMatchObject({
    code: "not-found",
  });
  const free = await buyAll([one], "GIFT");
  await expect(giveBack(free)).rejects.toMatchObject({
    message: expect.stringContaining("cost nothing") as string,
  });
  for (const { orderId } of [bought, other])
    expect(await look(shop, orderId)).toMatchObject({ status: "paid", entitlements: 1 });
});

test("who has completed more than half keeps the course", async () => {
  const course = await insertCourse(shop, { title: "Three lessons" });
  for (const position of [1, 2, 3])
    await shop.sql(
      `INSERT INTO lessons (course_id, slug, title, position, minutes, summary, is_preview, html)
       VALUES ($1, $2, $2, $3, 5, '', false, '')`,
      [course, `lesson-${position}`, position],
    );
  const bought = await buyAll([course]);
  const complete = (position: number) =>
    shop.sql(
      `INSERT INTO lesson_progress (user_id, lesson_id, completed_at)
       SELECT $1, id, now() FROM lessons WHERE course_id = $2 AND position = $3`,
      [bought.userId, course, position],
    );
  const { database } = shop.services;
  const offered = async () => {
    const order = await findOrderForUser(database, bought.orderId, bought.userId);
    return order && (await findReturnOffer(shop.services, order, new Date())).items;
  };
  await complete(1);
  expect(await offered()).toMatchObject([{ doneCount: 1, lessonCount: 3, amount: 4900 }]);
  await complete(2);
  expect(await offered()).toMatchObject([{ doneCount: 2, amount: 0 }]);
  await expect(giveBack(bought)).rejects.toMatchObject({
    message: expect.stringContaining("2 of 3 lessons") as string,
  });
  expect(refundsOf(bought.payment)).toEqual([]);
});
