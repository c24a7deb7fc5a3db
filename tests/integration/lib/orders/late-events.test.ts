import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { parseEnvironment } from "#lib/environment.ts";
import { openServices } from "#lib/services/index.ts";
import { findOrderIdBySession } from "#lib/orders/queries.ts";
import { reconcileOrders } from "#lib/orders/reconcile.ts";
import { startCheckout } from "#lib/orders/start-checkout.ts";
import { syncOrder } from "#lib/orders/sync-order.ts";
import { handleStripeEvent } from "#lib/orders/webhook.ts";
import type { Stripe } from "#lib/services/stripe.ts";
import { signatureHeader } from "#local/stripe/webhooks.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import {
  buy,
  deliver,
  findEvent,
  insertBuyer,
  insertCourse,
  look,
  open,
  paymentOf,
  purchaseOf,
} from "./purchase.ts";

let shop: TestShop;
let courseId: string;
const DECLINED = "4000000000000002";
const ASKS_THE_OWNER = "4000002760003184";
const sync = (orderId: string) => syncOrder(shop.services, orderId, { now: new Date() });

beforeAll(async () => {
  shop = await openShop();
  courseId = await insertCourse(shop);
});
afterEach(() => {
  shop.faults.clear();
  shop.stripe.faultQueue.clear();
});
afterAll(() => shop.stop());

function eventsAbout(...ids: string[]): Stripe.Event[] {
  return [...shop.stripe.state.events.values()].filter((event) =>
    ids.some((id) => JSON.stringify(event.data.object).includes(id)),
  );
}

test("all events of an order in the wrong order lead to the same end", async () => {
  const { orderId, sessionId } = await open(shop, await insertBuyer(shop), courseId);
  shop.stripe.pay(sessionId);
  const payment = paymentOf(shop, sessionId);
  shop.stripe.refund(payment, 1000);
  shop.stripe.refund(payment);
  const events = eventsAbout(sessionId, payment);
  expect(events.length).toBeGreaterThan(4);
  for (const event of events.reverse()) await deliver(shop, event);
  expect(await look(shop, orderId)).toMatchObject({ status: "refunded", entitlements: 0 });
});

test("an old event of a refunded order takes nothing from the one bought after it", async () => {
  const buyer = await insertBuyer(shop);
  const first = await open(shop, buyer, courseId);
  shop.stripe.pay(first.sessionId);
  await sync(first.orderId);
  shop.stripe.refund(paymentOf(shop, first.sessionId));
  await sync(first.orderId);
  const second = await open(shop, buyer, courseId);
  shop.stripe.pay(second.sessionId);
  await sync(second.orderId);
  for (const event of eventsAbout(first.sessionId, paymentOf(shop, first.sessionId)))
    await deliver(shop, event);
  expect(await look(shop, first.orderId)).toMatchObject({ status: "refunded", entitlements: 0 });
  expect(await look(shop, second.orderId)).toMatchObject({ status: "paid", entitlements: 1 });
});

test("while a secret is rotated, events signed with either are taken", async () => {
  const former = shop.services.environment.STRIPE_WEBHOOK_SECRET;
  const STRIPE_WEBHOOK_SECRET = `whsec_new,${former}`;
  const services = openServices(parseEnvironment({ ...shop.variables, STRIPE_WEBHOOK_SECRET }));
  for (const secret of [former, "whsec_new"]) {
    const { orderId, sessionId } = await open(shop, await insertBuyer(shop), courseId);
    shop.stripe.pay(sessionId);
    const body = JSON.stringify(findEvent(shop, "checkout.session.completed", sessionId));
    const signature = signatureHeader(body, [secret], Math.floor(Date.now() / 1000));
    await handleStripeEvent(services, { body, signature, now: new Date() });
    expect(await look(shop, orderId)).toMatchObject({ status: "paid" });
  }
});

test("a declined card, and then one that pays, make one order", async () => {
  const { orderId, sessionId } = await open(shop, await insertBuyer(shop), courseId);
  expect(shop.stripe.pay(sessionId, DECLINED)).toMatch(/declined/);
  expect(await sync(orderId)).toBe("pending");
  expect(await look(shop, orderId)).toMatchObject({ entitlements: 0, mails: null });
  expect(shop.stripe.pay(sessionId)).toBeNull();
  expect(await sync(orderId)).toBe("paid");
});

test("an owner who is asked and does not agree pays nothing, and may agree after that", async () => {
  const { orderId, sessionId } = await open(shop, await insertBuyer(shop), courseId);
  for (const agrees of [false, true]) {
    expect(shop.stripe.pay(sessionId, ASKS_THE_OWNER)).toBe("authentication_required");
    expect(await sync(orderId)).toBe("pending");
    shop.stripe.authenticate(sessionId, agrees);
    expect(await sync(orderId)).toBe(agrees ? "paid" : "pending");
  }
  expect(await look(shop, orderId)).toMatchObject({ entitlements: 1, mails: ["receipt"] });
});

test("a return without a payment opens nothing, and a stranger's session is not found", async () => {
  const buyer = await insertBuyer(shop);
  const { orderId, sessionId } = await open(shop, buyer, courseId);
  expect(await sync(orderId)).toBe("pending");
  expect(await look(shop, orderId)).toMatchObject({ entitlements: 0, mails: null });
  const { database } = shop.services;
  const stranger = await insertBuyer(shop);
  expect(await findOrderIdBySession(database, sessionId, buyer.userId)).toBe(orderId);
  expect(await findOrderIdBySession(database, sessionId, stranger.userId)).toBeNull();
  expect(await findOrderIdBySession(database, "cs_test_forged", buyer.userId)).toBeNull();
});

test("when Stripe asks to wait nobody is charged, and the next click goes on", async () => {
  const buyer = await insertBuyer(shop);
  shop.stripe.faultQueue.inject({ kind: "429", times: null });
  await expect(buy(shop, buyer, courseId)).rejects.toMatchObject({ code: "unavailable" });
  shop.stripe.faultQueue.clear();
  const { orderId } = await open(shop, buyer, courseId);
  expect(await shop.sql("SELECT id FROM orders WHERE user_id = $1", [buyer.userId])).toEqual([
    { id: orderId },
  ]);
});

test("a short wait that Stripe asks for is waited out", async () => {
  shop.stripe.faultQueue.inject({ kind: "429", times: 1 });
  const { orderId } = await open(shop, await insertBuyer(shop), courseId);
  expect(await look(shop, orderId)).toMatchObject({ status: "pending" });
});

test("a session whose answer is lost on the way is the one that the next click opens", async () => {
  const buyer = await insertBuyer(shop);
  const operation = "POST /v1/checkout/sessions";
  shop.stripe.faultQueue.inject({ kind: "lost-answer", operation, times: null });
  await expect(buy(shop, buyer, courseId)).rejects.toMatchObject({ code: "unavailable" });
  shop.stripe.faultQueue.clear();
  const { orderId } = await open(shop, buyer, courseId);
  const sessions = [...shop.stripe.state.checkouts.values()].map(({ session }) => session);
  expect(sessions.filter((each) => each.client_reference_id === orderId)).toHaveLength(1);
});

test.each(["POST /v1/checkout/sessions", "POST /v1/customers"])(
  "a failure that Stripe keeps under the key of %s is left behind with the next try",
  async (operation) => {
    const buyer = await insertBuyer(shop);
    shop.stripe.faultQueue.inject({ kind: "500", operation, times: 1 });
    await expect(buy(shop, buyer, courseId)).rejects.toMatchObject({ code: "unavailable" });
    const { orderId } = await open(shop, buyer, courseId);
    expect(await look(shop, orderId)).toMatchObject({ status: "pending" });
  },
);

test("ten clicks of a person who has bought before make one session", async () => {
  const buyer = await insertBuyer(shop);
  await open(shop, buyer, await insertCourse(shop));
  const results = await Promise.all(Array.from({ length: 10 }, () => buy(shop, buyer, courseId)));
  expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
  const { orderId } = await open(shop, buyer, courseId);
  const sessions = [...shop.stripe.state.checkouts.values()].map(({ session }) => session);
  expect(sessions.filter((each) => each.client_reference_id === orderId)).toHaveLength(1);
});

test("the database itself refuses a second open order with a course", async () => {
  const buyer = await insertBuyer(shop);
  await open(shop, buyer, courseId);
  const [other] = await shop.sql<{ id: string }>(
    `INSERT INTO orders (user_id, currency, subtotal_amount, total_amount, livemode,
                         terms_accepted_at, expires_at)
     VALUES ($1, 'eur', 4900, 4900, false, now(), now()) RETURNING id`,
    [buyer.userId],
  );
  await expect(
    shop.sql(
      `INSERT INTO order_items (order_id, user_id, course_id, title, price_amount, livemode)
       VALUES ($1, $2, $3, 'Again', 4900, false)`,
      [other?.id, buyer.userId, courseId],
    ),
  ).rejects.toMatchObject({ constraint: "order_items_one_open_key" });
});

test("an event that Stripe lists late, and one whose order failed, are met again", async () => {
  await reconcileOrders(shop.services, { now: new Date() });
  const { orderId, sessionId } = await open(shop, await insertBuyer(shop), courseId);
  shop.stripe.pay(sessionId);
  const completed = findEvent(shop, "checkout.session.completed", sessionId);
  // Made half an hour before the last run read up to now; and not in doubt by its own state.
  completed.created -= 1800;
  await shop.sql("UPDATE orders SET synced_at = now() + interval '3 hours' WHERE id = $1", [
    orderId,
  ]);
  shop.stripe.faultQueue.inject({
    kind: "503",
    operation: "GET /v1/checkout/sessions/:id",
    times: 2,
  });
  const later = new Date(Date.now() + 2 * 3_600_000);
  const failing = await reconcileOrders(shop.services, { now: later });
  expect(failing.failed).toBeGreaterThan(0);
  expect(await look(shop, orderId)).toMatchObject({ status: "pending" });
  await reconcileOrders(shop.services, { now: later });
  expect(await look(shop, orderId)).toMatchObject({ status: "paid", entitlements: 1 });
});

// Last, since the clock of this file's Stripe stays ahead.
test("an order of yesterday, whose key Stripe has forgotten, is ended and bought anew", async () => {
  const buyer = await insertBuyer(shop);
  const first = await open(shop, buyer, courseId);
  const seconds = 25 * 3600;
  shop.stripe.advance(seconds);
  const tomorrow = new Date(Date.now() + seconds * 1000);
  const purchase = { ...purchaseOf(buyer, courseId), now: tomorrow };
  expect(await startCheckout(shop.services, purchase)).toMatchObject({ kind: "redirect" });
  expect(await look(shop, first.orderId)).toMatchObject({ status: "expired", item: "ended" });
  expect(await shop.sql("SELECT 1 FROM orders WHERE user_id = $1", [buyer.userId])).toHaveLength(2);
});
