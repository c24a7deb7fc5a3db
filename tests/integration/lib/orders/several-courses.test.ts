import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findCheckoutState, insertOrder } from "#lib/orders/checkout-queries.ts";
import { startCheckout } from "#lib/orders/start-checkout.ts";
import { syncOrder } from "#lib/orders/sync-order.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import {
  deliver,
  findEvent,
  insertBuyer,
  insertCourse,
  look,
  lookAtItems,
  open,
  paymentOf,
  purchaseOf,
} from "./purchase.ts";

let shop: TestShop;
let one: string;
let two: string;
const sync = (orderId: string) => syncOrder(shop.services, orderId, { now: new Date() });
const sessionOf = (id: string) => shop.stripe.state.checkouts.get(id)?.session;

beforeAll(async () => {
  shop = await openShop();
  one = await insertCourse(shop, { title: "One", price: 4900 });
  two = await insertCourse(shop, { title: "Two", price: 2500 });
});
afterAll(() => shop.stop());

test("one payment opens every course of the order", async () => {
  const { orderId, sessionId } = await open(shop, await insertBuyer(shop), one, two);
  expect(sessionOf(sessionId)).toMatchObject({ amount_total: 7400 });
  shop.stripe.pay(sessionId);
  expect(await sync(orderId)).toBe("paid");
  expect(await lookAtItems(shop, orderId)).toEqual([
    { title: "One", state: "owned", paid: 4900, refunded: 0, open: true },
    { title: "Two", state: "owned", paid: 2500, refunded: 0, open: true },
  ]);
});

test("an order is given as it was written, as every later look finds it", async () => {
  const { database } = shop.services;
  const { userId } = await insertBuyer(shop);
  const buyer = { userId, courseIds: [two, one], livemode: false };
  const now = new Date();
  const times = { now, expiresAt: new Date(now.getTime() + 60_000) };
  const notAllSold = [one, randomUUID()];
  expect(await insertOrder(database, { ...buyer, ...times, courseIds: notAllSold })).toBeNull();
  expect((await findCheckoutState(database, buyer)).orders).toEqual([]);
  const written = await insertOrder(database, { ...buyer, ...times });
  expect(written?.items.map(({ title }) => title)).toEqual(["One", "Two"]);
  expect((await findCheckoutState(database, buyer)).orders).toEqual([written]);
});

test("the same courses in another order of mind lead to the same page", async () => {
  const buyer = await insertBuyer(shop);
  const first = await open(shop, buyer, one, two);
  expect(await open(shop, buyer, two, one)).toEqual(first);
});

test("other courses end the session of an open order with one of them", async () => {
  const buyer = await insertBuyer(shop);
  const alone = await open(shop, buyer, one);
  const both = await open(shop, buyer, one, two);
  expect(both.orderId).not.toBe(alone.orderId);
  expect(sessionOf(alone.sessionId)?.status).toBe("expired");
  expect(await look(shop, alone.orderId)).toMatchObject({ status: "expired", item: "ended" });
  shop.stripe.pay(both.sessionId);
  expect(await sync(both.orderId)).toBe("paid");
});

test("a course that is owned is named, and nothing is ordered", async () => {
  const buyer = await insertBuyer(shop);
  const { sessionId, orderId } = await open(shop, buyer, one);
  shop.stripe.pay(sessionId);
  await sync(orderId);
  const result = await startCheckout(shop.services, purchaseOf(buyer, one, two));
  expect(result).toMatchObject({ kind: "already-owned" });
  expect(result.kind === "already-owned" && result.courseSlugs).toHaveLength(1);
  expect(await shop.sql("SELECT 1 FROM orders WHERE user_id = $1", [buyer.userId])).toHaveLength(1);
});

test("courses in two currencies are not sold in one order", async () => {
  const yen = await insertCourse(shop, { currency: "jpy", price: 5000 });
  const purchase = purchaseOf(await insertBuyer(shop), one, yen);
  await expect(startCheckout(shop.services, purchase)).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("currencies") as string,
  });
});

test("only what is paid for twice goes back, and the rest of the order is open", async () => {
  const buyer = await insertBuyer(shop);
  const both = await open(shop, buyer, one, two);
  // The order was let go of, and its page paid after the second course was bought alone.
  await shop.sql("UPDATE orders SET status = 'expired' WHERE id = $1", [both.orderId]);
  await shop.sql("UPDATE order_items SET state = 'ended' WHERE order_id = $1", [both.orderId]);
  const alone = await open(shop, buyer, two);
  shop.stripe.pay(alone.sessionId);
  await sync(alone.orderId);
  shop.stripe.pay(both.sessionId);
  await Promise.all([sync(both.orderId), sync(both.orderId), sync(both.orderId)]);
  expect(await look(shop, both.orderId)).toMatchObject({ status: "partially_refunded" });
  expect(await lookAtItems(shop, both.orderId)).toEqual([
    { title: "One", state: "owned", paid: 4900, refunded: 0, open: true },
    { title: "Two", state: "ended", paid: 2500, refunded: 2500, open: false },
  ]);
  const payment = paymentOf(shop, both.sessionId);
  const refunds = [...shop.stripe.state.refunds.values()];
  expect(refunds.filter((each) => each.payment_intent === payment)).toMatchObject([
    { amount: 2500, reason: "duplicate" },
  ]);
});

test("two sessions that are paid at the same time leave one owner and one refund", async () => {
  const buyer = await insertBuyer(shop);
  const first = await open(shop, buyer, one);
  await shop.sql("UPDATE orders SET status = 'expired' WHERE id = $1", [first.orderId]);
  await shop.sql("UPDATE order_items SET state = 'ended' WHERE order_id = $1", [first.orderId]);
  const second = await open(shop, buyer, one);
  for (const { sessionId } of [first, second]) shop.stripe.pay(sessionId);
  await Promise.all(
    [first, second].flatMap(({ orderId, sessionId }) => [
      sync(orderId),
      deliver(shop, findEvent(shop, "checkout.session.completed", sessionId)),
    ]),
  );
  const orders = [await look(shop, first.orderId), await look(shop, second.orderId)];
  expect(orders.map((order) => order?.status).sort()).toEqual(["duplicate_refunded", "paid"]);
  expect(orders.map((order) => order?.entitlements).sort()).toEqual([0, 1]);
  const payments = [first, second].map(({ sessionId }) => paymentOf(shop, sessionId));
  const refunds = [...shop.stripe.state.refunds.values()];
  const ours = refunds.filter(({ payment_intent: intent }) => payments.some((id) => id === intent));
  expect(ours).toHaveLength(1);
});

test("a part paid back in the Dashboard names no course: all stay open until all is back", async () => {
  const { orderId, sessionId } = await open(shop, await insertBuyer(shop), one, two);
  shop.stripe.pay(sessionId);
  await sync(orderId);
  const payment = paymentOf(shop, sessionId);
  shop.stripe.refund(payment, 4900);
  expect(await sync(orderId)).toBe("partially_refunded");
  expect((await lookAtItems(shop, orderId)).map(({ open }) => open)).toEqual([true, true]);
  shop.stripe.refund(payment);
  expect(await sync(orderId)).toBe("refunded");
  expect(await lookAtItems(shop, orderId)).toMatchObject([
    { refunded: 4900, open: false },
    { refunded: 2500, open: false },
  ]);
});

test("a refund of a second payment whose answer is lost is made once", async () => {
  const buyer = await insertBuyer(shop);
  const both = await open(shop, buyer, one, two);
  await shop.sql("UPDATE orders SET status = 'expired' WHERE id = $1", [both.orderId]);
  await shop.sql("UPDATE order_items SET state = 'ended' WHERE order_id = $1", [both.orderId]);
  const alone = await open(shop, buyer, two);
  for (const { sessionId } of [alone, both]) shop.stripe.pay(sessionId);
  await sync(alone.orderId);
  const operation = "POST /v1/refunds";
  shop.stripe.faultQueue.inject({ kind: "lost-answer", operation, times: null });
  await expect(sync(both.orderId)).rejects.toMatchObject({ code: "unavailable" });
  shop.stripe.faultQueue.clear();
  expect(await sync(both.orderId)).toBe("partially_refunded");
  const payment = paymentOf(shop, both.sessionId);
  const refunds = [...shop.stripe.state.refunds.values()];
  expect(refunds.filter((each) => each.payment_intent === payment)).toMatchObject([
    { amount: 2500 },
  ]);
});
