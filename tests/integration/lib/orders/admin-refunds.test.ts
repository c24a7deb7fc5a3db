import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { assignRefund } from "#lib/orders/admin/assign-refund.ts";
import { refundAsAdmin } from "#lib/orders/admin/refund.ts";
import { findAdminOrder } from "#lib/orders/admin/story-queries.ts";
import { syncOrder } from "#lib/orders/sync-order.ts";
import { openAdminShop } from "./admin-shop.ts";
import { lookAtItems } from "./purchase.ts";

let at: Awaited<ReturnType<typeof openAdminShop>>;

beforeAll(async () => {
  at = await openAdminShop();
});
afterAll(() => at.shop.stop());

test("one course of an order is refunded: it alone closes, and the log says who and why", async () => {
  const { orderId, itemIds } = await at.buyBoth();
  const refund = { itemIds: itemIds.slice(0, 1), amount: "" };
  expect(await refundAsAdmin(at.shop.services, { ...at.request(orderId), ...refund })).toBe("made");
  expect(await lookAtItems(at.shop, orderId)).toMatchObject([
    { title: "One", refunded: 4900, open: false },
    { title: "Two", refunded: 0, open: true },
  ]);
  await expect(
    refundAsAdmin(at.shop.services, { ...at.request(orderId), ...refund }),
    "a second click",
  ).rejects.toMatchObject({ code: "conflict" });
  expect(await at.auditOf(orderId)).toEqual([
    { action: "order.refund", actor: at.admin.email, reason: "Asked by phone" },
  ]);
});

test("a part of one course's price goes back, and the course stays open", async () => {
  const { orderId, itemIds } = await at.buyBoth();
  const refund = { ...at.request(orderId), itemIds: itemIds.slice(1), amount: "10,5" };
  expect(await refundAsAdmin(at.shop.services, refund)).toBe("made");
  expect(await lookAtItems(at.shop, orderId)).toMatchObject([
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
  const { orderId, itemIds } = await at.buyBoth();
  const refund = { ...at.request(orderId), itemIds: itemIds.slice(0, 1), amount };
  await expect(refundAsAdmin(at.shop.services, refund)).rejects.toMatchObject({ code });
  expect(await at.auditOf(orderId)).toEqual([]);
});

test("a refund from the Dashboard closes the course that an admin names", async () => {
  const { orderId, itemIds, payment } = await at.buyBoth();
  at.shop.stripe.refund(payment, 2501);
  await syncOrder(at.shop.services, orderId, { now: new Date() });
  expect((await lookAtItems(at.shop, orderId)).map((item) => item.open)).toEqual([true, true]);
  const order = await findAdminOrder(at.shop.services.database, orderId);
  const [refundId = ""] = order?.unassignedRefundIds ?? [];
  const assignment = { orderId, refundId, actorId: at.admin.userId, now: new Date() };
  await assignRefund(at.shop.services, { ...assignment, itemIds: itemIds.slice(1) });
  expect((await lookAtItems(at.shop, orderId)).map((item) => item.open)).toEqual([true, false]);
  await expect(
    assignRefund(at.shop.services, { ...assignment, itemIds: itemIds.slice(0, 1) }),
  ).rejects.toMatchObject({ code: "conflict" });
  expect(await at.auditOf(orderId)).toMatchObject([{ action: "order.assign-refund" }]);
});

test("a refund larger than the courses named is refused, and so is a course of another order", async () => {
  const { orderId, itemIds, payment } = await at.buyBoth();
  at.shop.stripe.refund(payment, 4000);
  await syncOrder(at.shop.services, orderId, { now: new Date() });
  const order = await findAdminOrder(at.shop.services.database, orderId);
  const [refundId = ""] = order?.unassignedRefundIds ?? [];
  const assignment = { orderId, refundId, actorId: at.admin.userId, now: new Date() };
  for (const [items, code] of [
    [itemIds.slice(1), "conflict"],
    [[randomUUID()], "not-found"],
  ] as const)
    await expect(
      assignRefund(at.shop.services, { ...assignment, itemIds: [...items] }),
    ).rejects.toMatchObject({ code });
  expect(await at.auditOf(orderId)).toEqual([]);
});

test("all that is left goes back after a part that names no course, and no more", async () => {
  const { orderId, payment } = await at.buyBoth();
  at.shop.stripe.refund(payment, 4000);
  await syncOrder(at.shop.services, orderId, { now: new Date() });
  const all = { ...at.request(orderId), itemIds: null, amount: "" };
  expect(await refundAsAdmin(at.shop.services, all)).toBe("made");
  const refunds = [...at.shop.stripe.state.refunds.values()].filter(
    ({ payment_intent: intent }) => intent === payment,
  );
  expect(refunds.map(({ amount }) => amount)).toEqual([4000, 3401]);
  expect((await lookAtItems(at.shop, orderId)).map((item) => item.open)).toEqual([false, false]);
});
