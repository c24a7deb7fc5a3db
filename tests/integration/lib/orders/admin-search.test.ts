import { afterAll, beforeAll, expect, test } from "vitest";
import { listOrdersForCare, PAGE_SIZE, searchOrders } from "#lib/orders/admin/search-queries.ts";
import type { OrderStatus } from "#lib/orders/order.ts";
import { syncOrder } from "#lib/orders/sync-order.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import { insertBuyer, insertCourse, open, paymentOf } from "./purchase.ts";

let shop: TestShop;
let course: string;
let bought: { orderId: string; number: string; email: string; session: string; payment: string };

beforeAll(async () => {
  shop = await openShop();
  course = await insertCourse(shop);
  const buyer = await insertBuyer(shop);
  const { orderId, sessionId } = await open(shop, buyer, course);
  shop.stripe.pay(sessionId);
  shop.stripe.refund(paymentOf(shop, sessionId), 100);
  await syncOrder(shop.services, orderId, { now: new Date() });
  const [row] = await shop.sql<{ number: string }>("SELECT number FROM orders WHERE id = $1", [
    orderId,
  ]);
  bought = {
    orderId,
    number: row?.number ?? "",
    email: buyer.email,
    session: sessionId,
    payment: paymentOf(shop, sessionId),
  };
  await open(shop, await insertBuyer(shop), course);
});
afterAll(() => shop.stop());

async function find(text: string, status: OrderStatus | null = null) {
  const search = { text, status, source: null, livemode: false, after: null };
  return (await searchOrders(shop.services.database, search)).orders.map(({ id }) => id);
}

test("an order is found by everything that names it", async () => {
  const queries = {
    refund: "SELECT stripe_refund_id AS name FROM refunds WHERE order_id = $1",
    invoice: "SELECT stripe_invoice_id AS name FROM orders WHERE id = $1",
  };
  const { orderId, number, email, session, payment } = bought;
  const names = [
    orderId,
    number,
    `#${number}`,
    ` ${email} `,
    email.toUpperCase(),
    session,
    payment,
  ];
  for (const query of Object.values(queries))
    names.push((await shop.sql<{ name: string }>(query, [orderId]))[0]?.name ?? "");
  for (const name of names) expect(await find(name), name).toEqual([bought.orderId]);
  const [row] = await shop.sql<{ slug: string }>("SELECT slug FROM courses WHERE id = $1", [
    course,
  ]);
  expect(await find(row?.slug ?? "")).toHaveLength(2);
});

test.each(["nobody@example.com", "999999", "cs_test_none", "pi_none", "no-such-course"])(
  "nothing is found by %j",
  async (text) => expect(await find(text)).toEqual([]),
);

test.each(["two words", "%", "'; DROP TABLE orders; --", "1".repeat(30), "\0", "\uD800"])(
  "what names no order finds none, and breaks nothing: %j",
  async (text) => expect(await find(text)).toEqual([]),
);

test("a state narrows the search, with or without a text", async () => {
  expect(await find("", "partially_refunded")).toEqual([bought.orderId]);
  expect(await find(bought.email, "pending")).toEqual([]);
  expect(await find("", "pending")).toHaveLength(1);
});

test("orders of the other mode are not shown", async () => {
  const search = { text: bought.number, status: null, source: null, livemode: true, after: null };
  expect((await searchOrders(shop.services.database, search)).orders).toEqual([]);
});

test("pages follow each other without a gap, newest first", async () => {
  const other = await insertCourse(shop, { title: "Popular" });
  for (let index = 0; index < PAGE_SIZE + 3; index++)
    await open(shop, await insertBuyer(shop), other);
  const { database } = shop.services;
  const search = { text: "", status: null, source: null, livemode: false };
  const first = await searchOrders(database, { ...search, after: null });
  const second = await searchOrders(database, { ...search, after: first.next });
  const numbers = [...first.orders, ...second.orders].map(({ number }) => Number(number));
  expect(first.orders).toHaveLength(PAGE_SIZE);
  expect(numbers).toEqual([...numbers].sort((a, b) => b - a));
  expect(numbers).toHaveLength(PAGE_SIZE + 5);
  expect(second.next).toBeNull();
});

test("orders that need a person stand out: in review, disputed, a refund that failed", async () => {
  const make = async () => {
    const { orderId, sessionId } = await open(shop, await insertBuyer(shop), course);
    shop.stripe.pay(sessionId);
    await syncOrder(shop.services, orderId, { now: new Date() });
    return { orderId, payment: paymentOf(shop, sessionId) };
  };
  const [review, disputed, failed, mended, fine] = [
    await make(),
    await make(),
    await make(),
    await make(),
    await make(),
  ];
  await shop.sql("UPDATE orders SET status = 'review' WHERE id = $1", [review.orderId]);
  shop.stripe.dispute(disputed.payment);
  for (const { orderId } of [failed, mended])
    await shop.sql(
      `INSERT INTO refunds (order_id, source, status, amount, created_at)
       VALUES ($1, 'admin', 'failed', 100, now() - interval '1 hour')`,
      [orderId],
    );
  await shop.sql(
    "INSERT INTO refunds (order_id, source, status, amount) VALUES ($1, 'admin', 'succeeded', 100)",
    [mended.orderId],
  );
  await syncOrder(shop.services, disputed.orderId, { now: new Date() });
  const found = await listOrdersForCare(shop.services.database, false);
  const care = new Map(found.map((order) => [order.id, order.care]));
  expect(care.get(review.orderId)).toBe("review");
  expect(care.get(disputed.orderId)).toBe("disputed");
  expect(care.get(failed.orderId)).toBe("refund-failed");
  for (const { orderId } of [mended, fine]) expect(care.has(orderId)).toBe(false);
});
