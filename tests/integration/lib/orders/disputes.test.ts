import { afterAll, beforeAll, expect, test } from "vitest";
import { syncOrder } from "#lib/orders/sync-order.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import {
  deliver,
  findEvent,
  insertBuyer,
  insertCourse,
  look,
  open,
  paymentOf,
} from "./purchase.ts";

// Case 23 of the payments: disputes.
let shop: TestShop;
let courseId: string;

beforeAll(async () => {
  shop = await openShop();
  courseId = await insertCourse(shop);
});
afterAll(() => shop.stop());

async function buyAndDispute() {
  const buyer = await insertBuyer(shop);
  const order = await open(shop, buyer, courseId);
  shop.stripe.pay(order.sessionId);
  await syncOrder(shop.services, order.orderId, { now: new Date() });
  const payment = paymentOf(shop, order.sessionId);
  const dispute = shop.stripe.dispute(payment).id;
  await deliver(shop, findEvent(shop, "charge.dispute.created", payment));
  return { ...order, buyer, payment, dispute };
}

test("a dispute closes the course, and a won one opens it again", async () => {
  const { orderId, payment, dispute } = await buyAndDispute();
  expect(await look(shop, orderId)).toMatchObject({
    status: "disputed",
    entitlements: 0,
    mails: ["receipt", "dispute-opened"],
  });
  shop.stripe.winDispute(dispute);
  await deliver(shop, findEvent(shop, "charge.dispute.closed", payment));
  expect(await look(shop, orderId)).toMatchObject({
    status: "paid",
    entitlements: 1,
    mails: ["receipt", "dispute-opened", "dispute-won"],
  });
});

test("a lost dispute keeps the course closed, and it can be bought again", async () => {
  const { orderId, payment, buyer, dispute } = await buyAndDispute();
  shop.stripe.loseDispute(dispute);
  const closed = findEvent(shop, "charge.dispute.closed", payment);
  await deliver(shop, closed);
  expect(await look(shop, orderId)).toMatchObject({
    status: "charged_back",
    entitlements: 0,
    mails: ["receipt", "dispute-opened", "dispute-lost"],
  });
  const again = await open(shop, buyer, courseId);
  shop.stripe.pay(again.sessionId);
  expect(await syncOrder(shop.services, again.orderId, { now: new Date() })).toBe("paid");
  await deliver(shop, { ...closed, id: `${closed.id}_late` });
  expect(await look(shop, orderId)).toMatchObject({ status: "charged_back", entitlements: 0 });
  expect(await look(shop, again.orderId)).toMatchObject({ status: "paid", entitlements: 1 });
});

test("one that is won after the course was bought again is for a person to decide", async () => {
  const { orderId, payment, buyer, dispute } = await buyAndDispute();
  const again = await open(shop, buyer, courseId);
  shop.stripe.pay(again.sessionId);
  await syncOrder(shop.services, again.orderId, { now: new Date() });
  shop.stripe.winDispute(dispute);
  await deliver(shop, findEvent(shop, "charge.dispute.closed", payment));
  expect(await look(shop, orderId)).toMatchObject({ status: "review", entitlements: 0 });
  expect(await look(shop, again.orderId)).toMatchObject({ status: "paid", entitlements: 1 });
});

test("a bank's question takes nothing away", async () => {
  const order = await open(shop, await insertBuyer(shop), courseId);
  shop.stripe.pay(order.sessionId);
  await syncOrder(shop.services, order.orderId, { now: new Date() });
  const payment = paymentOf(shop, order.sessionId);
  shop.stripe.dispute(payment, { inquiry: true });
  await deliver(shop, findEvent(shop, "charge.dispute.created", payment));
  expect(await look(shop, order.orderId)).toMatchObject({ status: "paid", entitlements: 1 });
});
