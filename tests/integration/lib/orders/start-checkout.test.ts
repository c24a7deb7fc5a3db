import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { DependencyError } from "#lib/errors.ts";
import { startCheckout } from "#lib/orders/start-checkout.ts";
import { syncOrder } from "#lib/orders/sync-order.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import {
  buy,
  deliver,
  findEvent,
  insertBuyer,
  insertCourse,
  look,
  open,
  purchaseOf,
  type Buyer,
} from "./purchase.ts";

let shop: TestShop;
let courseId: string;

beforeAll(async () => {
  shop = await openShop();
  courseId = await insertCourse(shop);
});
afterEach(() => shop.faults.clear());
afterAll(() => shop.stop());

const sessionsOf = (orderId: string) =>
  [...shop.stripe.state.checkouts.values()]
    .map(({ session }) => session)
    .filter((session) => session.client_reference_id === orderId);

const customersOf = ({ email }: Buyer) =>
  [...shop.stripe.state.customers.values()].filter(
    (customer) => !customer.deleted && customer.email === email,
  );

// Our own Stripe, with something that happens when it has just made a customer.
function whenCustomerIsMade(happen: () => unknown): typeof shop.services {
  const { stripe } = shop.services;
  const run: typeof stripe.run = async (call) => {
    const answer = await stripe.run(call);
    if ((answer as { object?: string }).object === "customer") await happen();
    return answer;
  };
  return { ...shop.services, stripe: { ...stripe, run } };
}

async function storedCustomerOf({ userId }: Buyer) {
  const [row] = await shop.sql<{ id: string }>(
    "SELECT stripe_customer_id AS id FROM payment_customers WHERE user_id = $1",
    [userId],
  );
  return row?.id ?? "";
}

async function ordersOf(userId: string) {
  return shop.sql<{ id: string; status: string }>(
    "SELECT id, status FROM orders WHERE user_id = $1 ORDER BY created_at",
    [userId],
  );
}

test("the order is there with our price before the buyer sees Stripe's page", async () => {
  const { orderId, sessionId, url } = await open(shop, await insertBuyer(shop), courseId);
  expect(await look(shop, orderId)).toMatchObject({ status: "pending", item: "open" });
  const [session] = sessionsOf(orderId);
  expect(session).toMatchObject({
    id: sessionId,
    url,
    amount_total: 4900,
    currency: "eur",
    metadata: { order_id: orderId, site: shop.services.environment.SITE_URL },
    success_url: expect.stringContaining("session_id={CHECKOUT_SESSION_ID}") as string,
  });
  expect(shop.stripe.state.checkouts.get(sessionId)?.paymentIntentData.metadata).toMatchObject({
    order_id: orderId,
  });
});

test("ten clicks at once and a second tab lead to one order and one page", async () => {
  const buyer = await insertBuyer(shop);
  const results = await Promise.all(Array.from({ length: 10 }, () => buy(shop, buyer, courseId)));
  results.push(await buy(shop, buyer, courseId));
  expect(
    new Set(results.map((result) => (result.kind === "redirect" ? result.url : ""))).size,
  ).toBe(1);
  const orders = await ordersOf(buyer.userId);
  expect(orders).toHaveLength(1);
  expect(sessionsOf(orders[0]?.id ?? "")).toHaveLength(1);
  expect(customersOf(buyer)).toHaveLength(1);
});

test("an owned course is not sold again, even before anybody heard of the payment", async () => {
  const buyer = await insertBuyer(shop);
  const { sessionId } = await open(shop, buyer, courseId);
  shop.stripe.pay(sessionId);
  expect(await buy(shop, buyer, courseId)).toMatchObject({ kind: "already-owned" });
  expect(await buy(shop, buyer, courseId)).toMatchObject({ kind: "already-owned" });
  expect(await ordersOf(buyer.userId)).toHaveLength(1);
});

test("a payment that is heard of between the look and the order makes no second order", async () => {
  const buyer = await insertBuyer(shop);
  const { sessionId, orderId } = await open(shop, buyer, courseId);
  // The order was let go of, and its page paid all the same.
  await shop.sql("UPDATE orders SET status = 'expired' WHERE id = $1", [orderId]);
  await shop.sql("UPDATE order_items SET state = 'ended' WHERE order_id = $1", [orderId]);
  shop.stripe.pay(sessionId);
  const { database } = shop.services;
  const write: typeof database.write = async (strings, ...values) => {
    await syncOrder(shop.services, orderId, { now: new Date() });
    return database.write(strings, ...values);
  };
  const services = { ...shop.services, database: { ...database, write } };
  const result = await startCheckout(services, purchaseOf(buyer, courseId));
  expect(result).toMatchObject({ kind: "already-owned" });
  expect(await ordersOf(buyer.userId)).toEqual([{ id: orderId, status: "paid" }]);
});

test("an order whose session Stripe does not know ends when the price changes", async () => {
  const buyer = await insertBuyer(shop);
  const course = await insertCourse(shop);
  const before = await open(shop, buyer, course);
  shop.stripe.state.checkouts.delete(before.sessionId);
  await shop.sql("UPDATE courses SET price_amount = 5900 WHERE id = $1", [course]);
  const after = await open(shop, buyer, course);
  expect(sessionsOf(after.orderId)).toMatchObject([{ status: "open", amount_total: 5900 }]);
  expect(await look(shop, before.orderId)).toMatchObject({ status: "expired", item: "ended" });
});

test("a changed price ends the old session and is what the new one asks for", async () => {
  const buyer = await insertBuyer(shop);
  const course = await insertCourse(shop);
  const before = await open(shop, buyer, course);
  await shop.sql("UPDATE courses SET price_amount = 5900 WHERE id = $1", [course]);
  const after = await open(shop, buyer, course);
  expect(after.orderId).not.toBe(before.orderId);
  expect(sessionsOf(before.orderId)).toMatchObject([{ status: "expired" }]);
  expect(sessionsOf(after.orderId)).toMatchObject([{ status: "open", amount_total: 5900 }]);
  expect(await look(shop, before.orderId)).toMatchObject({ status: "expired", item: "ended" });
});

test("a changed price does not undo a payment at the old one", async () => {
  const buyer = await insertBuyer(shop);
  const course = await insertCourse(shop);
  const { sessionId, orderId } = await open(shop, buyer, course);
  shop.stripe.pay(sessionId);
  await shop.sql("UPDATE courses SET price_amount = 5900 WHERE id = $1", [course]);
  expect(await buy(shop, buyer, course)).toMatchObject({ kind: "already-owned" });
  expect(await look(shop, orderId)).toMatchObject({ status: "paid", entitlements: 1 });
});

test("after a session has run out the course can be bought by a new one", async () => {
  const buyer = await insertBuyer(shop);
  const first = await open(shop, buyer, courseId);
  shop.stripe.expire(first.sessionId);
  await deliver(shop, findEvent(shop, "checkout.session.expired", first.sessionId));
  expect(await look(shop, first.orderId)).toMatchObject({ status: "expired", item: "ended" });
  const second = await open(shop, buyer, courseId);
  shop.stripe.expire(second.sessionId);
  const third = await open(shop, buyer, courseId);
  expect(new Set([first.orderId, second.orderId, third.orderId]).size).toBe(3);
});

test("with Stripe away nobody is charged, and the next click goes on with the order", async () => {
  const buyer = await insertBuyer(shop);
  shop.faults.set("stripe", "refuse");
  await expect(buy(shop, buyer, courseId)).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("You were not charged.") as string,
  });
  shop.faults.clear();
  const [order] = await ordersOf(buyer.userId);
  expect(order?.status).toBe("creating");
  expect((await open(shop, buyer, courseId)).orderId).toBe(order?.id);
});

test("a session whose answer was lost is found again and not made twice", async () => {
  const buyer = await insertBuyer(shop);
  const { orderId, url } = await open(shop, buyer, courseId);
  const forget = (expiresIn: string) =>
    shop.sql(
      `UPDATE orders SET status = 'creating', stripe_session_id = NULL, stripe_session_url = NULL,
         expires_at = now() + $2::interval WHERE id = $1`,
      [orderId, expiresIn],
    );
  await forget("29 minutes");
  expect(await open(shop, buyer, courseId)).toMatchObject({ orderId, url });
  expect(sessionsOf(orderId)).toHaveLength(1);
});

test("after a failure that Stripe repeats under its key, the next click has another", async () => {
  const buyer = await insertBuyer(shop);
  const { stripe } = shop.services;
  const failing: typeof stripe = {
    ...stripe,
    run: () => {
      const cause = Object.assign(new Error("Stripe failed"), { statusCode: 500 });
      return Promise.reject(new DependencyError("stripe", cause));
    },
  };
  const purchase = purchaseOf(buyer, courseId);
  const attempt = startCheckout({ ...shop.services, stripe: failing }, purchase);
  await expect(attempt).rejects.toMatchObject({ code: "unavailable" });
  const [order] = await shop.sql("SELECT attempt, status FROM orders WHERE user_id = $1", [
    buyer.userId,
  ]);
  expect(order).toEqual({ attempt: 2, status: "creating" });
  const { orderId } = await open(shop, buyer, courseId);
  expect(sessionsOf(orderId)).toHaveLength(1);
});

test("nobody is sent to a session that the order does not know", async () => {
  const buyer = await insertBuyer(shop);
  const { stripe } = shop.services;
  // Another tab gives up on this attempt while Stripe is still making its session.
  const overtaken: typeof stripe = {
    ...stripe,
    async run(call) {
      const answer = await stripe.run(call);
      if ((answer as { status?: string }).status === "open")
        await shop.sql(
          "UPDATE orders SET attempt = attempt + 1 WHERE user_id = $1 AND status = 'creating'",
          [buyer.userId],
        );
      return answer;
    },
  };
  const services = { ...shop.services, stripe: overtaken };
  const purchase = purchaseOf(buyer, courseId);
  const result = await startCheckout(services, purchase);
  const [order] = await shop.sql<{ url: string }>(
    "SELECT stripe_session_url AS url FROM orders WHERE user_id = $1",
    [buyer.userId],
  );
  expect(result).toEqual({ kind: "redirect", url: order?.url });
});

test("a customer who was deleted at Stripe is made anew, also after a failure", async () => {
  const buyer = await insertBuyer(shop);
  const other = await insertCourse(shop);
  await open(shop, buyer, courseId);
  const former = await storedCustomerOf(buyer);
  await shop.services.stripe.run((stripe) => stripe.customers.del(former));
  shop.stripe.faultQueue.inject({ kind: "500", operation: "POST /v1/customers" });
  await expect(buy(shop, buyer, other)).rejects.toMatchObject({ code: "unavailable" });
  const { sessionId } = await open(shop, buyer, other);
  const customer = await storedCustomerOf(buyer);
  expect(customer).not.toBe(former);
  expect(shop.stripe.state.checkouts.get(sessionId)?.session.customer).toBe(customer);
});

test("who moved to another address after a customer was made and not stored can buy", async () => {
  const buyer = await insertBuyer(shop);
  const services = whenCustomerIsMade(() => Promise.reject(new Error("The Worker ended")));
  await expect(startCheckout(services, purchaseOf(buyer, courseId))).rejects.toThrow("ended");
  const moved = { ...buyer, email: `moved-${buyer.email}` };
  const { orderId } = await open(shop, moved, courseId);
  expect(sessionsOf(orderId)).toHaveLength(1);
});

test("two first orders at once make two customers, and both are paid as the same one", async () => {
  const buyer = await insertBuyer(shop);
  const other = await insertCourse(shop);
  const services = whenCustomerIsMade(() => open(shop, buyer, other));
  await startCheckout(services, purchaseOf(buyer, courseId));
  const customer = await storedCustomerOf(buyer);
  const orders = await ordersOf(buyer.userId);
  const sessions = orders.flatMap(({ id }) => sessionsOf(id));
  expect(sessions.map((session) => session.customer)).toEqual([customer, customer]);
  expect(customersOf(buyer)).toHaveLength(2);
});

test("what is not for sale, or without the terms, makes no order", async () => {
  const buyer = await insertBuyer(shop);
  const draft = await insertCourse(shop);
  await shop.sql("UPDATE courses SET published_at = NULL WHERE id = $1", [draft]);
  for (const id of [draft, randomUUID()])
    await expect(buy(shop, buyer, id)).rejects.toMatchObject({ code: "not-found" });
  for (const missing of ["termsAccepted", "waiverAccepted"]) {
    const purchase = { ...purchaseOf(buyer, courseId), [missing]: false };
    await expect(startCheckout(shop.services, purchase)).rejects.toMatchObject({ code: "invalid" });
  }
  expect(await ordersOf(buyer.userId)).toEqual([]);
});

test("while a transfer is on its way the course is not sold a second time", async () => {
  const buyer = await insertBuyer(shop);
  const { sessionId, orderId } = await open(shop, buyer, courseId);
  shop.stripe.payByTransfer(sessionId);
  await expect(buy(shop, buyer, courseId)).rejects.toMatchObject({ code: "conflict" });
  expect(await syncOrder(shop.services, orderId, { now: new Date() })).toBe("processing");
});
