import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { listAudit } from "#lib/operations/audit.ts";
import { acceptReview, resyncOrder, withdrawGrant } from "#lib/orders/admin/act-on-order.ts";
import { assignRefund } from "#lib/orders/admin/assign-refund.ts";
import { grantCourses } from "#lib/orders/admin/grant-courses.ts";
import { refundAsAdmin } from "#lib/orders/admin/refund.ts";
import { findAdminOrder, listStory } from "#lib/orders/admin/story.ts";
import { reconcileOrders } from "#lib/orders/reconcile.ts";
import { syncOrder } from "#lib/orders/sync-order.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import {
  insertBuyer,
  insertCourse,
  look,
  lookAtItems,
  open,
  paymentOf,
  type Buyer,
} from "./purchase.ts";

let shop: TestShop;
let one: string;
let two: string;
let admin: Buyer;
const now = () => new Date();
const soon = (minutes: number) => new Date(Date.now() + minutes * 60_000);

beforeAll(async () => {
  shop = await openShop();
  one = await insertCourse(shop, { title: "One", price: 4900 });
  two = await insertCourse(shop, { title: "Two", price: 2501 });
  admin = await insertBuyer(shop);
});
afterEach(() => shop.stripe.faultQueue.clear());
afterAll(() => shop.stop());

async function buyBoth() {
  const buyer = await insertBuyer(shop);
  const { orderId, sessionId } = await open(shop, buyer, one, two);
  shop.stripe.pay(sessionId);
  expect(await syncOrder(shop.services, orderId, { now: now() })).toBe("paid");
  const order = await findAdminOrder(shop.services.database, orderId);
  const itemIds = order?.items.map(({ id }) => id) ?? [];
  return { buyer, orderId, itemIds, payment: paymentOf(shop, sessionId) };
}

async function slugOf(courseId: string): Promise<string> {
  const [course] = await shop.sql<{ slug: string }>("SELECT slug FROM courses WHERE id = $1", [
    courseId,
  ]);
  return course?.slug ?? "";
}

async function grant(buyer: Buyer, ...courseIds: string[]): Promise<string> {
  const courses = await Promise.all(courseIds.map(slugOf));
  const request = { email: buyer.email, courses, reason: "A prize", actorId: admin.userId };
  return grantCourses(shop.services, { ...request, now: now() });
}

/** What the audit log has of an order, oldest first. */
async function auditOf(orderId: string) {
  const lines = await listAudit(shop.services.database, null);
  return lines
    .filter(({ subjectId }) => subjectId === orderId)
    .map(({ action, actor, reason }) => ({ action, actor, reason }))
    .toReversed();
}

const request = (orderId: string, reason = "Asked by phone") => ({
  orderId,
  actorId: admin.userId,
  reason,
  now: now(),
});

test("one course of an order is refunded: it alone closes, and the log says who and why", async () => {
  const { orderId, itemIds } = await buyBoth();
  const refund = { itemIds: itemIds.slice(0, 1), amount: "" };
  expect(await refundAsAdmin(shop.services, { ...request(orderId), ...refund })).toBe("made");
  expect(await lookAtItems(shop, orderId)).toMatchObject([
    { title: "One", refunded: 4900, open: false },
    { title: "Two", refunded: 0, open: true },
  ]);
  await expect(
    refundAsAdmin(shop.services, { ...request(orderId), ...refund }),
    "a second click",
  ).rejects.toMatchObject({ code: "conflict" });
  expect(await auditOf(orderId)).toEqual([
    { action: "order.refund", actor: admin.email, reason: "Asked by phone" },
  ]);
});

test("a part of one course's price goes back, and the course stays open", async () => {
  const { orderId, itemIds } = await buyBoth();
  const refund = { ...request(orderId), itemIds: itemIds.slice(1), amount: "10,5" };
  expect(await refundAsAdmin(shop.services, refund)).toBe("made");
  expect(await lookAtItems(shop, orderId)).toMatchObject([
    { title: "One", refunded: 0, open: true },
    { title: "Two", refunded: 1050, open: true },
  ]);
});

test.each([
  ["0", "invalid"],
  ["-1", "invalid"],
  ["1e3", "invalid"],
  ["12.345", "invalid"],
  ["49.01", "invalid"],
])("an amount of %j for a course of 49 is refused", async (amount, code) => {
  const { orderId, itemIds } = await buyBoth();
  const refund = { ...request(orderId), itemIds: itemIds.slice(0, 1), amount };
  await expect(refundAsAdmin(shop.services, refund)).rejects.toMatchObject({ code });
  expect(await auditOf(orderId)).toEqual([]);
});

test("a grant opens the courses through syncOrder, tells the person, and can be taken back", async () => {
  const buyer = await insertBuyer(shop);
  const orderId = await grant(buyer, one, two);
  expect((await lookAtItems(shop, orderId)).map((item) => item.open)).toEqual([true, true]);
  expect(await look(shop, orderId)).toMatchObject({ status: "paid", mails: ["grant"] });
  expect(await withdrawGrant(shop.services, request(orderId, "By mistake"))).toBe("refunded");
  expect((await lookAtItems(shop, orderId)).map((item) => item.open)).toEqual([false, false]);
  await withdrawGrant(shop.services, request(orderId, "Once more"));
  expect(await auditOf(orderId)).toEqual([
    { action: "order.grant", actor: admin.email, reason: "A prize" },
    { action: "order.withdraw", actor: admin.email, reason: "By mistake" },
  ]);
});

test("a grant taken back leaves open what was bought, before or after", async () => {
  const buyer = await insertBuyer(shop);
  const granted = await grant(buyer, one);
  const bought = await open(shop, buyer, two);
  shop.stripe.pay(bought.sessionId);
  await syncOrder(shop.services, bought.orderId, { now: now() });
  await withdrawGrant(shop.services, request(granted));
  expect(await lookAtItems(shop, bought.orderId)).toMatchObject([{ title: "Two", open: true }]);
  const again = await open(shop, buyer, one);
  shop.stripe.pay(again.sessionId);
  expect(await syncOrder(shop.services, again.orderId, { now: now() })).toBe("paid");
  await syncOrder(shop.services, granted, { now: now() });
  expect(await lookAtItems(shop, again.orderId)).toMatchObject([{ title: "One", open: true }]);
});

test("a grant does not stand in the way of a payment that is under way: it goes back", async () => {
  const buyer = await insertBuyer(shop);
  const { orderId, sessionId } = await open(shop, buyer, one);
  await grant(buyer, one);
  shop.stripe.pay(sessionId);
  expect(await syncOrder(shop.services, orderId, { now: now() })).toBe("duplicate_refunded");
  const refunds = [...shop.stripe.state.refunds.values()].filter(
    ({ payment_intent: intent }) => intent === paymentOf(shop, sessionId),
  );
  expect(refunds).toMatchObject([{ amount: 4900 }]);
});

test("what a person has already is not granted again; ten clicks make one grant", async () => {
  const { buyer, orderId } = await buyBoth();
  await expect(grant(buyer, one)).rejects.toMatchObject({
    code: "conflict",
    message: `${buyer.email} has “One” already.`,
  });
  const other = await insertBuyer(shop);
  const clicks = Array.from({ length: 10 }, () => grant(other, one));
  const made = (await Promise.allSettled(clicks)).flatMap((click) =>
    click.status === "fulfilled" ? [click.value] : [],
  );
  const items = await Promise.all(made.map((id) => lookAtItems(shop, id)));
  expect(items.flat().filter((item) => item.open)).toHaveLength(1);
  expect(await auditOf(orderId)).toEqual([]);
});

test.each([
  ["an address without an account", "nobody@example.com", null, /no account/],
  ["a course that is not there", null, "course-nowhere", /no such course/],
])("%s is said", async (_, email, course, message) => {
  const buyer = await insertBuyer(shop);
  const attempt = grantCourses(shop.services, {
    email: email ?? buyer.email,
    courses: [course ?? (await slugOf(one))],
    reason: "A prize",
    actorId: admin.userId,
    now: now(),
  });
  await expect(attempt).rejects.toMatchObject({ code: "not-found", message });
});

test("a payment of another amount is found good, once, and opens the course", async () => {
  const buyer = await insertBuyer(shop);
  const { orderId, sessionId } = await open(shop, buyer, one);
  await shop.sql("UPDATE orders SET subtotal_amount = 5000, total_amount = 5000 WHERE id = $1", [
    orderId,
  ]);
  shop.stripe.pay(sessionId);
  expect(await syncOrder(shop.services, orderId, { now: now() })).toBe("review");
  expect(await acceptReview(shop.services, request(orderId, "A price of ours"))).toBe("paid");
  expect(await look(shop, orderId)).toMatchObject({ entitlements: 1, review_reason: null });
  await expect(acceptReview(shop.services, request(orderId))).rejects.toMatchObject({
    code: "conflict",
  });
  expect(await auditOf(orderId)).toEqual([
    { action: "order.accept-review", actor: admin.email, reason: "A price of ours" },
  ]);
});

test("what accepting would not mend is not accepted, and can be refunded whole", async () => {
  const buyer = await insertBuyer(shop);
  const { orderId, sessionId } = await open(shop, buyer, one);
  await shop.sql("UPDATE orders SET currency = 'usd' WHERE id = $1", [orderId]);
  shop.stripe.pay(sessionId);
  expect(await syncOrder(shop.services, orderId, { now: now() })).toBe("review");
  await expect(acceptReview(shop.services, request(orderId))).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("currency") as string,
  });
  expect(await auditOf(orderId)).toEqual([]);
  const all = { ...request(orderId), itemIds: null, amount: "" };
  expect(await refundAsAdmin(shop.services, all)).toBe("made");
  expect(await look(shop, orderId)).toMatchObject({ status: "refunded", entitlements: 0 });
});

test("a refund from the Dashboard closes the course that an admin names", async () => {
  const { orderId, itemIds, payment } = await buyBoth();
  shop.stripe.refund(payment, 2501);
  await syncOrder(shop.services, orderId, { now: now() });
  expect((await lookAtItems(shop, orderId)).map((item) => item.open)).toEqual([true, true]);
  const order = await findAdminOrder(shop.services.database, orderId);
  const [refundId = ""] = order?.unassignedRefundIds ?? [];
  const assignment = { orderId, refundId, actorId: admin.userId, now: now() };
  await assignRefund(shop.services, { ...assignment, itemIds: itemIds.slice(1) });
  expect((await lookAtItems(shop, orderId)).map((item) => item.open)).toEqual([true, false]);
  await expect(
    assignRefund(shop.services, { ...assignment, itemIds: itemIds.slice(0, 1) }),
  ).rejects.toMatchObject({ code: "conflict" });
  expect(await auditOf(orderId)).toMatchObject([{ action: "order.assign-refund" }]);
});

test("a refund larger than the courses named is refused, and so is a course of another order", async () => {
  const { orderId, itemIds, payment } = await buyBoth();
  shop.stripe.refund(payment, 4000);
  await syncOrder(shop.services, orderId, { now: now() });
  const order = await findAdminOrder(shop.services.database, orderId);
  const [refundId = ""] = order?.unassignedRefundIds ?? [];
  const assignment = { orderId, refundId, actorId: admin.userId, now: now() };
  for (const [items, code] of [
    [itemIds.slice(1), "conflict"],
    [[randomUUID()], "not-found"],
  ] as const)
    await expect(
      assignRefund(shop.services, { ...assignment, itemIds: [...items] }),
    ).rejects.toMatchObject({ code });
  expect(await auditOf(orderId)).toEqual([]);
});

test("asking Stripe again finds what was missed", async () => {
  const buyer = await insertBuyer(shop);
  const { orderId, sessionId } = await open(shop, buyer, one);
  shop.stripe.pay(sessionId);
  expect(await resyncOrder(shop.services, request(orderId))).toBe("paid");
  expect(await auditOf(orderId)).toEqual([
    { action: "order.resync", actor: admin.email, reason: null },
  ]);
  await expect(resyncOrder(shop.services, request(randomUUID()))).rejects.toMatchObject({
    code: "not-found",
  });
});

test("what an admin began and was cut off is finished by the reconciler", async () => {
  const buyer = await insertBuyer(shop);
  const orderId = await grant(buyer, one);
  // As withdrawGrant leaves it when the Worker dies before syncOrder.
  await shop.sql(
    "UPDATE orders SET withdrawn_at = now(), synced_at = NULL, version = version + 1 WHERE id = $1",
    [orderId],
  );
  await reconcileOrders(shop.services, { now: soon(2) });
  expect(await lookAtItems(shop, orderId)).toMatchObject([{ open: false }]);
});

test("the story of an order has every change, event and mail in their order", async () => {
  const { orderId } = await buyBoth();
  await refundAsAdmin(shop.services, { ...request(orderId), itemIds: null, amount: "" });
  const story = await listStory(shop.services.database, orderId);
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
  expect(asked).toMatchObject({ by: admin.email, detail: { reason: "Asked by phone" } });
});

test("the application can neither change nor delete what was written down", async () => {
  const { database } = shop.services;
  for (const change of [
    () => database.write`UPDATE audit_log SET reason = 'none'`,
    () => database.write`DELETE FROM audit_log`,
    () => database.write`DELETE FROM order_history`,
  ])
    await expect(change()).rejects.toThrow(/permission denied/);
});
