import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { acceptReview, resyncOrder, withdrawGrant } from "#lib/orders/admin/act-on-order.ts";
import { grantCourses } from "#lib/orders/admin/grant-courses.ts";
import { refundAsAdmin } from "#lib/orders/admin/refund.ts";
import { listStory } from "#lib/orders/admin/story-queries.ts";
import { reconcileOrders } from "#lib/orders/reconcile.ts";
import { syncOrder } from "#lib/orders/sync-order.ts";
import { openAdminShop } from "./admin-shop.ts";
import { insertBuyer, look, lookAtItems, open, paymentOf, type Buyer } from "./purchase.ts";

let at: Awaited<ReturnType<typeof openAdminShop>>;

beforeAll(async () => {
  at = await openAdminShop();
});
afterAll(() => at.shop.stop());

const soon = (minutes: number) => new Date(Date.now() + minutes * 60_000);

async function slugOf(courseId: string): Promise<string> {
  const query = "SELECT slug FROM courses WHERE id = $1";
  return (await at.shop.sql<{ slug: string }>(query, [courseId]))[0]?.slug ?? "";
}

async function grant(buyer: Buyer, ...courseIds: string[]): Promise<string> {
  const courses = await Promise.all(courseIds.map(slugOf));
  const request = { email: buyer.email, courses, reason: "A prize", actorId: at.admin.userId };
  return grantCourses(at.shop.services, { ...request, now: new Date() });
}

test("a grant opens the courses through syncOrder, tells the person, and can be taken back", async () => {
  const buyer = await insertBuyer(at.shop);
  const orderId = await grant(buyer, at.one, at.two);
  expect((await lookAtItems(at.shop, orderId)).map((item) => item.open)).toEqual([true, true]);
  expect(await look(at.shop, orderId)).toMatchObject({ status: "paid", mails: ["grant"] });
  expect(await withdrawGrant(at.shop.services, at.request(orderId, "By mistake"))).toBe("refunded");
  expect((await lookAtItems(at.shop, orderId)).map((item) => item.open)).toEqual([false, false]);
  await withdrawGrant(at.shop.services, at.request(orderId, "Once more"));
  expect(await at.auditOf(orderId)).toEqual([
    { action: "order.grant", actor: at.admin.email, reason: "A prize" },
    { action: "order.withdraw", actor: at.admin.email, reason: "By mistake" },
  ]);
});

test("a grant taken back leaves open what was bought, before or after", async () => {
  const buyer = await insertBuyer(at.shop);
  const granted = await grant(buyer, at.one);
  const bought = await open(at.shop, buyer, at.two);
  at.shop.stripe.pay(bought.sessionId);
  await syncOrder(at.shop.services, bought.orderId, { now: new Date() });
  await withdrawGrant(at.shop.services, at.request(granted));
  expect(await lookAtItems(at.shop, bought.orderId)).toMatchObject([{ title: "Two", open: true }]);
  const again = await open(at.shop, buyer, at.one);
  at.shop.stripe.pay(again.sessionId);
  expect(await syncOrder(at.shop.services, again.orderId, { now: new Date() })).toBe("paid");
  await syncOrder(at.shop.services, granted, { now: new Date() });
  expect(await lookAtItems(at.shop, again.orderId)).toMatchObject([{ title: "One", open: true }]);
});

test("a grant does not stand in the way of a payment that is under way: it goes back", async () => {
  const buyer = await insertBuyer(at.shop);
  const { orderId, sessionId } = await open(at.shop, buyer, at.one);
  await grant(buyer, at.one);
  at.shop.stripe.pay(sessionId);
  expect(await syncOrder(at.shop.services, orderId, { now: new Date() })).toBe(
    "duplicate_refunded",
  );
  const refunds = [...at.shop.stripe.state.refunds.values()].filter(
    ({ payment_intent: intent }) => intent === paymentOf(at.shop, sessionId),
  );
  expect(refunds).toMatchObject([{ amount: 4900 }]);
});

test("a grant between a second payment's refund and its answer needs a person, and doubles nothing", async () => {
  const buyer = await insertBuyer(at.shop);
  const { orderId, sessionId } = await open(at.shop, buyer, at.one, at.two);
  const sync = () => syncOrder(at.shop.services, orderId, { now: new Date() });
  await grant(buyer, at.one);
  at.shop.stripe.pay(sessionId);
  at.shop.stripe.faultQueue.inject({
    kind: "lost-answer",
    operation: "POST /v1/refunds",
    times: null,
  });
  await expect(sync()).rejects.toMatchObject({ code: "unavailable" });
  at.shop.stripe.faultQueue.clear();
  const granted = await grant(buyer, at.two);
  expect(await sync()).toBe("review");
  await withdrawGrant(at.shop.services, at.request(granted));
  expect(await sync()).toBe("partially_refunded");
  expect(await lookAtItems(at.shop, orderId)).toMatchObject([
    { title: "One", refunded: 4900, open: false },
    { title: "Two", refunded: 0, open: true },
  ]);
  const payment = paymentOf(at.shop, sessionId);
  const refunds = [...at.shop.stripe.state.refunds.values()];
  expect(refunds.filter((each) => each.payment_intent === payment)).toMatchObject([
    { amount: 4900 },
  ]);
});

test("what a person has already is not granted again; ten clicks make one grant", async () => {
  const { buyer, orderId } = await at.buyBoth();
  await expect(grant(buyer, at.one)).rejects.toMatchObject({
    code: "conflict",
    message: `${buyer.email} has “One” already.`,
  });
  const other = await insertBuyer(at.shop);
  const clicks = Array.from({ length: 10 }, () => grant(other, at.one));
  const made = (await Promise.allSettled(clicks)).flatMap((click) =>
    click.status === "fulfilled" ? [click.value] : [],
  );
  const items = await Promise.all(made.map((id) => lookAtItems(at.shop, id)));
  expect(items.flat().filter((item) => item.open)).toHaveLength(1);
  expect(await at.auditOf(orderId)).toEqual([]);
});

test.each([
  ["an address without an account", "nobody@example.com", null, /no account/],
  ["a course that is not there", null, "course-nowhere", /no such course/],
])("%s is said", async (_, email, course, message) => {
  const buyer = await insertBuyer(at.shop);
  const attempt = grantCourses(at.shop.services, {
    email: email ?? buyer.email,
    courses: [course ?? (await slugOf(at.one))],
    reason: "A prize",
    actorId: at.admin.userId,
    now: new Date(),
  });
  await expect(attempt).rejects.toMatchObject({ code: "not-found", message });
});

test("a payment of another amount is found good, once, and opens the course", async () => {
  const buyer = await insertBuyer(at.shop);
  const { orderId, sessionId } = await open(at.shop, buyer, at.one);
  await at.shop.sql("UPDATE orders SET subtotal_amount = 5000, total_amount = 5000 WHERE id = $1", [
    orderId,
  ]);
  at.shop.stripe.pay(sessionId);
  expect(await syncOrder(at.shop.services, orderId, { now: new Date() })).toBe("review");
  expect(await acceptReview(at.shop.services, at.request(orderId, "A price of ours"))).toBe("paid");
  expect(await look(at.shop, orderId)).toMatchObject({ entitlements: 1, review_reason: null });
  await expect(acceptReview(at.shop.services, at.request(orderId))).rejects.toMatchObject({
    code: "conflict",
  });
  expect(await at.auditOf(orderId)).toEqual([
    { action: "order.accept-review", actor: at.admin.email, reason: "A price of ours" },
  ]);
});

test("what accepting would not mend is not accepted, and can be refunded whole", async () => {
  const buyer = await insertBuyer(at.shop);
  const { orderId, sessionId } = await open(at.shop, buyer, at.one);
  await at.shop.sql("UPDATE orders SET currency = 'usd' WHERE id = $1", [orderId]);
  at.shop.stripe.pay(sessionId);
  expect(await syncOrder(at.shop.services, orderId, { now: new Date() })).toBe("review");
  await expect(acceptReview(at.shop.services, at.request(orderId))).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("currency") as string,
  });
  expect(await at.auditOf(orderId)).toEqual([]);
  const all = { ...at.request(orderId), itemIds: null, amount: "" };
  expect(await refundAsAdmin(at.shop.services, all)).toBe("made");
  expect(await look(at.shop, orderId)).toMatchObject({ status: "refunded", entitlements: 0 });
});

test("asking Stripe again finds what was missed", async () => {
  const buyer = await insertBuyer(at.shop);
  const { orderId, sessionId } = await open(at.shop, buyer, at.one);
  at.shop.stripe.pay(sessionId);
  expect(await resyncOrder(at.shop.services, at.request(orderId))).toBe("paid");
  expect(await at.auditOf(orderId)).toEqual([
    { action: "order.resync", actor: at.admin.email, reason: null },
  ]);
  await expect(resyncOrder(at.shop.services, at.request(randomUUID()))).rejects.toMatchObject({
    code: "not-found",
  });
});

test("what an admin began and was cut off is finished by the reconciler", async () => {
  const buyer = await insertBuyer(at.shop);
  const orderId = await grant(buyer, at.one);
  // As withdrawGrant leaves it when the Worker dies before syncOrder.
  await at.shop.sql(
    "UPDATE orders SET withdrawn_at = now(), synced_at = NULL, version = version + 1 WHERE id = $1",
    [orderId],
  );
  await reconcileOrders(at.shop.services, { now: soon(2) });
  expect(await lookAtItems(at.shop, orderId)).toMatchObject([{ open: false }]);
});

test("the story of an order has every change, event and mail in their order", async () => {
  const { orderId } = await at.buyBoth();
  await refundAsAdmin(at.shop.services, { ...at.request(orderId), itemIds: null, amount: "" });
  const story = await listStory(at.shop.services.database, orderId);
  expect(story.map(({ what }) => what)).toEqual([
    "order.begin",
    "status",
    "receipt",
    "refund requested",
    "status",
    "refund",
  ]);
  expect(story.map(({ at }) => at.getTime())).toEqual(
    story.map(({ at }) => at.getTime()).sort((a, b) => a - b),
  );
  const asked = story.find(({ what }) => what === "refund requested");
  expect(asked).toMatchObject({ by: at.admin.email, detail: { reason: "Asked by phone" } });
});

test("the application can neither change nor delete what was written down", async () => {
  const { database } = at.shop.services;
  for (const change of [
    () => database.write`UPDATE audit_log SET reason = 'none'`,
    () => database.write`DELETE FROM audit_log`,
    () => database.write`DELETE FROM order_history`,
  ])
    await expect(change()).rejects.toThrow(/permission denied/);
});
