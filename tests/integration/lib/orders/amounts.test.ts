import { afterAll, beforeAll, expect, test } from "vitest";
import { parseEnvironment } from "#lib/environment.ts";
import { findOrderForMail } from "#lib/orders/queries.ts";
import { startCheckout } from "#lib/orders/start-checkout.ts";
import { syncOrder } from "#lib/orders/sync-order.ts";
import { formatMoney } from "#lib/orders/money.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import { insertBuyer, insertCourse, look, lookAtItems, open, purchaseOf } from "./purchase.ts";

// Cases 29, 30 and 49 of the payments: codes, currencies and tax.
let shop: TestShop;
let one: string;
let two: string;
const sync = (orderId: string) => syncOrder(shop.services, orderId, { now: new Date() });

beforeAll(async () => {
  shop = await openShop();
  one = await insertCourse(shop, { title: "One", price: 4900 });
  two = await insertCourse(shop, { title: "Two", price: 2501 });
  shop.stripe.createPromotion({ code: "FIFTH", percentOff: 20 });
  shop.stripe.createPromotion({ code: "GIFT", percentOff: 100 });
  shop.stripe.createPromotion({ code: "TENNER", amountOff: 1000, currency: "eur" });
});
afterAll(() => shop.stop());

test.each([
  ["FIFTH", 1480, [3920, 2001]],
  ["TENNER", 1000, [4238, 2163]],
])("the code %s is shared among the courses to the cent", async (code, discount, paid) => {
  const { orderId, sessionId } = await open(shop, await insertBuyer(shop), one, two);
  shop.stripe.applyPromotion(sessionId, code);
  shop.stripe.pay(sessionId);
  expect(await sync(orderId)).toBe("paid");
  const order = await findOrderForMail(shop.services.database, orderId);
  expect(order).toMatchObject({
    subtotalAmount: 7401,
    discountAmount: discount,
    totalAmount: 7401 - discount,
  });
  expect((await lookAtItems(shop, orderId)).map((item) => item.paid)).toEqual(paid);
});

test("a code for the whole price opens the courses without a payment", async () => {
  const { orderId, sessionId } = await open(shop, await insertBuyer(shop), one, two);
  shop.stripe.applyPromotion(sessionId, "GIFT");
  shop.stripe.pay(sessionId);
  expect(await sync(orderId)).toBe("paid");
  expect(await look(shop, orderId)).toMatchObject({ mails: ["receipt"] });
  expect((await lookAtItems(shop, orderId)).map((item) => item.open)).toEqual([true, true]);
  expect(shop.stripe.state.checkouts.get(sessionId)?.session.payment_intent).toBeNull();
});

test("a whole code for a course that is owned already opens nothing and owes nothing", async () => {
  const buyer = await insertBuyer(shop);
  const first = await open(shop, buyer, one);
  await shop.sql("UPDATE orders SET status = 'expired' WHERE id = $1", [first.orderId]);
  await shop.sql("UPDATE order_items SET state = 'ended' WHERE order_id = $1", [first.orderId]);
  const second = await open(shop, buyer, one);
  shop.stripe.pay(second.sessionId);
  await sync(second.orderId);
  shop.stripe.applyPromotion(first.sessionId, "GIFT");
  shop.stripe.pay(first.sessionId);
  expect(await sync(first.orderId)).toBe("duplicate_refunded");
  expect(await sync(first.orderId)).toBe("duplicate_refunded");
  expect(await look(shop, first.orderId)).toMatchObject({ entitlements: 0, mails: null });
});

test.each([
  ["jpy", 5000, "¥5,000"],
  ["kwd", 15500, "KWD 15.500"],
])("an order in %s keeps its minor units", async (currency, price, shown) => {
  const course = await insertCourse(shop, { currency, price });
  const { orderId, sessionId } = await open(shop, await insertBuyer(shop), course);
  expect(shop.stripe.state.checkouts.get(sessionId)?.session).toMatchObject({
    currency,
    amount_total: price,
  });
  shop.stripe.pay(sessionId);
  expect(await sync(orderId)).toBe("paid");
  const order = await findOrderForMail(shop.services.database, orderId);
  expect(order).toMatchObject({ currency, totalAmount: price });
  expect(formatMoney(order?.totalAmount ?? 0, currency).replaceAll("\u00a0", " ")).toBe(shown);
});

test("with automatic tax the price holds the tax, and the order knows how much", async () => {
  const environment = parseEnvironment({ ...shop.variables, STRIPE_AUTOMATIC_TAX: "true" });
  const services = { ...shop.services, environment };
  const buyer = await insertBuyer(shop);
  await startCheckout(services, purchaseOf(buyer, one));
  const [row] = await shop.sql<{ id: string; session: string }>(
    "SELECT id, stripe_session_id AS session FROM orders WHERE user_id = $1",
    [buyer.userId],
  );
  const { id = "", session = "" } = row ?? {};
  shop.stripe.setAddress(session, { country: "DE", postal_code: "10115" });
  shop.stripe.pay(session);
  expect(await syncOrder(services, id, { now: new Date() })).toBe("paid");
  expect(await findOrderForMail(shop.services.database, id)).toMatchObject({
    subtotalAmount: 4900,
    taxAmount: 782,
    totalAmount: 4900,
  });
});

test("a paid order knows its invoice", async () => {
  const { orderId, sessionId } = await open(shop, await insertBuyer(shop), one);
  shop.stripe.pay(sessionId);
  await sync(orderId);
  const order = await findOrderForMail(shop.services.database, orderId);
  expect(order?.stripeInvoiceUrl).toMatch(/^http:\/\/localhost:\d+\/i\//);
});
