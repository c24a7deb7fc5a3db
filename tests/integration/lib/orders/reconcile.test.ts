import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { DependencyError } from "#lib/errors.ts";
import { listMyCourses } from "#lib/learning/queries.ts";
import { findOrderForUser, findOrderIdBySession, listOrders } from "#lib/orders/queries.ts";
import { reconcileOrders } from "#lib/orders/reconcile.ts";
import { syncOrder } from "#lib/orders/sync-order.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import {
  deliver,
  failAt,
  findEvent,
  insertBuyer,
  insertCourse,
  look,
  open,
  paymentOf,
} from "./purchase.ts";

let shop: TestShop;
let courseId: string;
const soon = (minutes: number) => new Date(Date.now() + minutes * 60_000);

beforeAll(async () => {
  shop = await openShop();
  courseId = await insertCourse(shop);
});
afterEach(() => shop.faults.clear());
afterAll(() => shop.stop());

async function pay() {
  const buyer = await insertBuyer(shop);
  const order = await open(shop, buyer, courseId);
  shop.stripe.pay(order.sessionId);
  return { ...order, buyer };
}

test("the return page opens the course when the webhook is lost", async () => {
  const { buyer, sessionId, orderId } = await pay();
  const { database } = shop.services;
  expect(await findOrderIdBySession(database, sessionId, buyer.userId)).toBe(orderId);
  const order = await findOrderForUser(database, orderId, buyer.userId);
  expect(order).toMatchObject({ status: "pending", items: [{ state: "open" }] });
  expect(await syncOrder(shop.services, orderId, { now: new Date() })).toBe("paid");
  expect(await findOrderForUser(database, orderId, buyer.userId)).toMatchObject({
    status: "paid",
    totalAmount: 4900,
    items: [{ title: "Sailing by night", state: "owned" }],
  });
  expect(await listMyCourses(database, buyer.userId, false)).toMatchObject([{ id: courseId }]);
  expect(await listMyCourses(database, buyer.userId, true)).toEqual([]);
  expect(await listOrders(database, buyer.userId)).toHaveLength(1);
});

test("nobody else finds the order", async () => {
  const { sessionId, orderId } = await pay();
  const stranger = await insertBuyer(shop);
  const { database } = shop.services;
  expect(await findOrderIdBySession(database, sessionId, stranger.userId)).toBeNull();
  expect(await findOrderForUser(database, orderId, stranger.userId)).toBeNull();
  expect(await listOrders(database, stranger.userId)).toEqual([]);
});

test("the reconciler opens the course when both are lost, and then has no more to do", async () => {
  const { orderId } = await pay();
  const report = await reconcileOrders(shop.services, { now: new Date() });
  expect(report.fixed).toBeGreaterThanOrEqual(1);
  expect(report.failed).toBe(0);
  expect(await look(shop, orderId)).toMatchObject({
    status: "paid",
    entitlements: 1,
    mails: ["receipt"],
  });
  expect(await reconcileOrders(shop.services, { now: soon(0) })).toMatchObject({ fixed: 0 });
});

test("orders whose events are gone as well are found by asking for each", async () => {
  const { orderId } = await pay();
  shop.stripe.state.events.clear();
  await reconcileOrders(shop.services, { now: soon(5) });
  expect(await look(shop, orderId)).toMatchObject({ status: "pending" });
  expect(await reconcileOrders(shop.services, { now: soon(11) })).toMatchObject({ fixed: 1 });
  expect(await look(shop, orderId)).toMatchObject({ status: "paid", entitlements: 1 });
});

test("a begun order that Stripe never heard of ends with its time", async () => {
  const buyer = await insertBuyer(shop);
  shop.faults.set("stripe", "refuse");
  await open(shop, buyer, courseId).catch(() => null);
  shop.faults.clear();
  const [order] = await shop.sql<{ id: string }>("SELECT id FROM orders WHERE user_id = $1", [
    buyer.userId,
  ]);
  await reconcileOrders(shop.services, { now: soon(32) });
  expect(await look(shop, order?.id ?? "")).toMatchObject({ status: "expired", item: "ended" });
});

test("webhook, return page and two reconcilers at once grant once", async () => {
  const { orderId, sessionId } = await pay();
  const now = new Date();
  await Promise.all([
    deliver(shop, findEvent(shop, "checkout.session.completed", sessionId)),
    syncOrder(shop.services, orderId, { now }),
    reconcileOrders(shop.services, { now }),
    reconcileOrders(shop.services, { now }),
  ]);
  expect(await look(shop, orderId)).toMatchObject({
    status: "paid",
    entitlements: 1,
    mails: ["receipt"],
  });
});

test("a slow answer with old facts does not undo what was learnt meanwhile", async () => {
  const { orderId, sessionId } = await pay();
  const sync = () => syncOrder(shop.services, orderId, { now: new Date() });
  await sync();
  const { stripe } = shop.services;
  // Holds back the answer of the first question until the refund is written.
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  let isFirst = true;
  const slow = syncOrder(
    {
      ...shop.services,
      stripe: {
        ...stripe,
        async run(call) {
          const answer = await stripe.run(call);
          if (isFirst) await ((isFirst = false), held);
          return answer;
        },
      },
    },
    orderId,
    { now: new Date() },
  );
  await expect.poll(() => isFirst).toBe(false);
  shop.stripe.refund(paymentOf(shop, sessionId));
  expect(await sync()).toBe("refunded");
  release();
  expect(await slow).toBe("refunded");
  expect(await look(shop, orderId)).toMatchObject({ status: "refunded", entitlements: 0 });
});

test("a second payment for an owned course is given back at once", async () => {
  const { orderId, sessionId, buyer } = await pay();
  // An older order that was let go of and paid after all, beside a newer one that is paid too.
  await shop.sql("UPDATE orders SET status = 'expired' WHERE id = $1", [orderId]);
  await shop.sql("UPDATE order_items SET state = 'ended' WHERE order_id = $1", [orderId]);
  const newer = await open(shop, buyer, courseId);
  shop.stripe.pay(newer.sessionId);
  expect(await syncOrder(shop.services, newer.orderId, { now: new Date() })).toBe("paid");
  expect(await syncOrder(shop.services, orderId, { now: new Date() })).toBe("duplicate_refunded");
  expect(await look(shop, newer.orderId)).toMatchObject({ status: "paid", entitlements: 1 });
  expect(await look(shop, orderId)).toMatchObject({ entitlements: 0, mails: ["refund"] });
  const refunds = [...shop.stripe.state.refunds.values()];
  expect(
    refunds.filter((each) => each.payment_intent === paymentOf(shop, sessionId)),
  ).toMatchObject([{ amount: 4900 }]);
});

test("a silent Stripe stops a run and moves no cursor", async () => {
  const readUntil = async () =>
    (await shop.sql<{ at: Date }>("SELECT events_read_until AS at FROM reconciler_state"))[0]?.at;
  await reconcileOrders(shop.services, { now: soon(40) });
  const before = await readUntil();
  shop.faults.set("stripe", "refuse");
  await expect(reconcileOrders(shop.services, { now: soon(60) })).rejects.toMatchObject({
    code: "unavailable",
  });
  expect(await readUntil()).toEqual(before);
});

test("a bug at one order or event is told with its id and stops no other; an outage is not told", async () => {
  const [bad, good] = [await pay(), await pay()];
  const bug = new TypeError("planted");
  const outage = new DependencyError("database", bug);
  const noteBug = vi.fn();
  const run = (value: string, failure: Error) =>
    reconcileOrders(failAt(shop, value, failure), { now: new Date(), noteBug });
  expect((await run(bad.orderId, outage)).failed).toBeGreaterThan(0);
  expect(noteBug).not.toHaveBeenCalled();
  expect(await look(shop, good.orderId)).toMatchObject({ status: "paid" });
  expect((await run(bad.orderId, bug)).failed).toBe(1);
  expect(noteBug.mock.calls).toEqual([[bug, { orderId: bad.orderId }]]);
  const payment = paymentOf(shop, bad.sessionId);
  shop.stripe.refund(payment);
  noteBug.mockClear();
  await run(payment, bug);
  expect(noteBug).toHaveBeenCalledWith(bug, {
    stripeEvent: expect.stringMatching(/^evt_/) as string,
  });
});
