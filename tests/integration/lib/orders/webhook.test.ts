import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { handleStripeEvent, OrderMissingError, SignatureError } from "#lib/orders/webhook.ts";
import { signatureHeader } from "#local/stripe/webhooks.ts";
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

let shop: TestShop;
let courseId: string;

beforeAll(async () => {
  shop = await openShop();
  courseId = await insertCourse(shop);
});
afterEach(() => shop.faults.clear());
afterAll(() => shop.stop());

async function pay() {
  const order = await open(shop, await insertBuyer(shop), courseId);
  shop.stripe.pay(order.sessionId);
  return { ...order, completed: findEvent(shop, "checkout.session.completed", order.sessionId) };
}

test("a payment opens the course once and mails one receipt", async () => {
  const { orderId, completed } = await pay();
  expect(await look(shop, orderId)).toMatchObject({ status: "pending", entitlements: 0 });
  expect(await deliver(shop, completed)).toEqual({ outcome: "synced", orderId, status: "paid" });
  expect(await look(shop, orderId)).toMatchObject({
    status: "paid",
    item: "owned",
    entitlements: 1,
    mails: ["receipt"],
    events: 1,
  });
});

test("the same event three times at once does it once", async () => {
  const { orderId, completed } = await pay();
  const outcomes = await Promise.all([1, 2, 3].map(() => deliver(shop, completed)));
  expect(outcomes.map(({ outcome }) => outcome)).toContain("synced");
  expect(await look(shop, orderId)).toMatchObject({
    status: "paid",
    entitlements: 1,
    mails: ["receipt"],
    events: 1,
  });
  expect(await deliver(shop, completed)).toEqual({ outcome: "ignored", reason: "done-before" });
});

test("an event that comes before the session's id is stored finds its order", async () => {
  const { orderId, completed } = await pay();
  await shop.sql(
    `UPDATE orders
     SET status = 'creating', stripe_session_id = NULL, stripe_session_url = NULL
     WHERE id = $1`,
    [orderId],
  );
  // Nor can it be looked up by the customer, who was made anew since.
  await shop.sql("UPDATE payment_customers SET stripe_customer_id = 'cus_another'");
  await deliver(shop, completed);
  expect(await look(shop, orderId)).toMatchObject({ status: "paid", entitlements: 1 });
});

test("what is not signed, badly signed, old or of the future changes nothing", async () => {
  const { orderId, completed } = await pay();
  const body = JSON.stringify(completed);
  const now = new Date();
  const send = (signature: string | null, sent: string) =>
    handleStripeEvent(shop.services, { body: sent, signature, now });
  const secret = shop.services.environment.STRIPE_WEBHOOK_SECRET;
  const seconds = Math.floor(now.getTime() / 1000);
  const signed = (time: number, key = secret) => signatureHeader(body, [key], time);
  const attempts: [string | null, string][] = [
    [null, body],
    ["", body],
    ["t=1,v1=00", body],
    [signed(seconds, "whsec_another"), body],
    [signed(seconds), body.replace("eur", "usd")],
    [signed(seconds - 360), body],
    [signed(seconds + 360), body],
  ];
  for (const [signature, sent] of attempts)
    await expect(send(signature, sent)).rejects.toThrow(SignatureError);
  expect(await look(shop, orderId)).toMatchObject({ status: "pending", events: 0, mails: null });
});

test("events of no concern are answered and leave no trace", async () => {
  const { orderId, completed } = await pay();
  const session = completed.data.object as unknown as Record<string, unknown>;
  const other = (changes: object) => ({
    ...completed,
    id: `evt_${randomUUID()}`,
    data: { object: { ...session, ...changes } },
  });
  expect(await deliver(shop, { ...completed, type: "customer.created" })).toMatchObject({
    reason: "unknown-type",
  });
  expect(await deliver(shop, { ...completed, livemode: true })).toMatchObject({
    reason: "other-mode",
  });
  expect(await deliver(shop, other({ metadata: {} }))).toMatchObject({ reason: "not-ours" });
  const elsewhere = { order_id: orderId, site: "https://another.example" };
  expect(await deliver(shop, other({ metadata: elsewhere }))).toMatchObject({ reason: "not-ours" });
  expect(await look(shop, orderId)).toMatchObject({ status: "pending", events: 0 });
});

test("an order of ours that is not there makes Stripe send the event again", async () => {
  const { completed } = await pay();
  const session = completed.data.object as unknown as Record<string, unknown>;
  const metadata = { order_id: randomUUID(), site: shop.services.environment.SITE_URL };
  const event = { ...completed, data: { object: { ...session, metadata } } };
  await expect(deliver(shop, event)).rejects.toThrow(OrderMissingError);
});

test("with Stripe or the database away nothing is written, and the next try grants", async () => {
  const { orderId, completed } = await pay();
  for (const service of ["stripe", "database"] as const) {
    shop.faults.set(service, "refuse");
    await expect(deliver(shop, completed)).rejects.toMatchObject({ code: "unavailable" });
    shop.faults.clear();
    expect(await look(shop, orderId)).toMatchObject({ status: "pending", events: 0 });
  }
  await deliver(shop, completed);
  expect(await look(shop, orderId)).toMatchObject({ status: "paid", mails: ["receipt"] });
});

test("with Stripe silent it gives up within three seconds", async () => {
  const { completed } = await pay();
  shop.faults.set("stripe", "hang");
  const startedAt = Date.now();
  await expect(deliver(shop, completed)).rejects.toMatchObject({ code: "unavailable" });
  expect(Date.now() - startedAt).toBeLessThan(3_000);
});

test("a refund in the Dashboard takes the course away; a part of it does not", async () => {
  const { orderId, sessionId, completed } = await pay();
  await deliver(shop, completed);
  const payment = paymentOf(shop, sessionId);
  shop.stripe.refund(payment, 1000);
  await deliver(shop, findEvent(shop, "charge.refunded", payment));
  expect(await look(shop, orderId)).toMatchObject({
    status: "partially_refunded",
    entitlements: 1,
  });
  shop.stripe.refund(payment);
  await deliver(shop, findEvent(shop, "charge.refunded", payment));
  expect(await look(shop, orderId)).toMatchObject({
    status: "refunded",
    item: "ended",
    entitlements: 0,
    mails: ["receipt", "refund", "refund"],
  });
});

test("a refund that is heard of before the payment ends as refunded", async () => {
  const { orderId, sessionId, completed } = await pay();
  const payment = paymentOf(shop, sessionId);
  shop.stripe.refund(payment);
  const refund = findEvent(shop, "refund.created", payment);
  expect(await deliver(shop, refund)).toMatchObject({ orderId, status: "refunded" });
  await deliver(shop, completed);
  expect(await look(shop, orderId)).toMatchObject({
    status: "refunded",
    entitlements: 0,
    mails: ["refund"],
  });
});

test("an expired event that comes after the payment changes nothing", async () => {
  const { orderId, completed } = await pay();
  await deliver(shop, completed);
  const late = { ...completed, id: `evt_${randomUUID()}`, type: "checkout.session.expired" };
  expect(await deliver(shop, late)).toMatchObject({ status: "paid" });
  expect(await look(shop, orderId)).toMatchObject({ status: "paid", entitlements: 1 });
});

test("a session at another price goes to review and grants nothing", async () => {
  const { orderId, completed } = await pay();
  await shop.sql("UPDATE orders SET subtotal_amount = 9900, total_amount = 9900 WHERE id = $1", [
    orderId,
  ]);
  expect(await deliver(shop, completed)).toMatchObject({ status: "review" });
  const order = await look(shop, orderId);
  expect(order).toMatchObject({ entitlements: 0, mails: null });
  expect(order?.review_reason).toContain("price");
});

test("a transfer opens the course when it arrives, and a mail says when it does not", async () => {
  for (const arrived of [true, false]) {
    const { orderId, sessionId } = await open(shop, await insertBuyer(shop), courseId);
    shop.stripe.payByTransfer(sessionId);
    await deliver(shop, findEvent(shop, "checkout.session.completed", sessionId));
    expect(await look(shop, orderId)).toMatchObject({ status: "processing", entitlements: 0 });
    shop.stripe.settle(sessionId, arrived);
    const type = arrived ? "async_payment_succeeded" : "async_payment_failed";
    await deliver(shop, findEvent(shop, `checkout.session.${type}`, sessionId));
    expect(await look(shop, orderId)).toMatchObject(
      arrived
        ? { status: "paid", entitlements: 1, mails: ["receipt"] }
        : { status: "failed", item: "ended", entitlements: 0, mails: ["payment-failed"] },
    );
  }
});
