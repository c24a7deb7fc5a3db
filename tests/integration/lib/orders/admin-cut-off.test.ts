import { afterAll, beforeAll, expect, test } from "vitest";
import { withdrawGrant } from "#lib/orders/admin/act-on-order.ts";
import { assignRefund } from "#lib/orders/admin/assign-refund.ts";
import { grantCourses } from "#lib/orders/admin/grant-courses.ts";
import { refundAsAdmin } from "#lib/orders/admin/refund.ts";
import { findAdminOrder } from "#lib/orders/admin/story-queries.ts";
import { reconcileOrders } from "#lib/orders/reconcile.ts";
import { syncOrder } from "#lib/orders/sync-order.ts";
import { openAdminShop } from "./admin-shop.ts";
import { Killed, workerOf } from "./history-worker.ts";
import { insertBuyer, lookAtItems } from "./purchase.ts";

let at: Awaited<ReturnType<typeof openAdminShop>>;

beforeAll(async () => {
  at = await openAdminShop();
});
afterAll(() => at.shop.stop());

/** A Worker that writes once and then ends. */
const dying = () => workerOf({ shop: at.shop, kill: { at: "write", when: "before", left: 2 } });
const reconcileLater = () =>
  reconcileOrders(at.shop.services, { now: new Date(Date.now() + 2 * 60_000) });

async function slugOfOne(): Promise<string> {
  const query = "SELECT slug FROM courses WHERE id = $1";
  return (await at.shop.sql<{ slug: string }>(query, [at.one]))[0]?.slug ?? "";
}

async function grantOne(services = at.shop.services) {
  const buyer = await insertBuyer(at.shop);
  const { email, userId } = buyer;
  const request = { ...at.request(""), email, courses: [await slugOfOne()] };
  const outcome = await grantCourses(services, request).catch((error: unknown) => error);
  const query = "SELECT id FROM orders WHERE user_id = $1";
  const [order] = await at.shop.sql<{ id: string }>(query, [userId]);
  return { orderId: order?.id ?? "", outcome };
}

test("a grant that is cut off owns nothing until syncOrder has run", async () => {
  const { orderId, outcome } = await grantOne(dying());
  expect(outcome).toBeInstanceOf(Killed);
  expect(await lookAtItems(at.shop, orderId)).toMatchObject([{ state: "ended", open: false }]);
  await reconcileLater();
  expect(await lookAtItems(at.shop, orderId)).toMatchObject([{ state: "owned", open: true }]);
});

test("a withdrawal that is cut off is finished by the reconciler", async () => {
  const { orderId } = await grantOne();
  await expect(withdrawGrant(dying(), at.request(orderId))).rejects.toBeInstanceOf(Killed);
  expect(await lookAtItems(at.shop, orderId)).toMatchObject([{ open: true }]);
  await reconcileLater();
  expect(await lookAtItems(at.shop, orderId)).toMatchObject([{ state: "ended", open: false }]);
});

test("a refund that Stripe is silent about waits, and is made once by the reconciler", async () => {
  const { orderId, payment } = await at.buyBoth();
  const { faultQueue, state } = at.shop.stripe;
  faultQueue.inject({ kind: "reset", operation: "POST /v1/refunds", times: null });
  const all = { ...at.request(orderId), itemIds: null, amount: "" };
  expect(await refundAsAdmin(at.shop.services, all)).toBe("waiting");
  faultQueue.clear();
  await reconcileLater();
  const refunds = [...state.refunds.values()].filter((each) => each.payment_intent === payment);
  expect(refunds).toMatchObject([{ amount: 7401, status: "succeeded" }]);
});

test("an order that was paid for is not withdrawn", async () => {
  const { orderId } = await at.buyBoth();
  await expect(withdrawGrant(at.shop.services, at.request(orderId))).rejects.toMatchObject({
    code: "conflict",
  });
  expect((await lookAtItems(at.shop, orderId)).map((item) => item.open)).toEqual([true, true]);
  expect(await at.auditOf(orderId)).toEqual([]);
});

test("of two admins who name the course of a refund at once, one must look again", async () => {
  const { orderId, itemIds, payment } = await at.buyBoth();
  at.shop.stripe.refund(payment, 1000);
  await syncOrder(at.shop.services, orderId, { now: new Date() });
  const order = await findAdminOrder(at.shop.services.database, orderId);
  const [refundId = ""] = order?.unassignedRefundIds ?? [];
  const { actorId, now } = at.request(orderId);
  const ends = await Promise.allSettled(
    itemIds.map((id) =>
      assignRefund(at.shop.services, { orderId, refundId, itemIds: [id], actorId, now }),
    ),
  );
  expect(ends.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  const returned = (await lookAtItems(at.shop, orderId)).map(({ refunded }) => refunded);
  expect(returned.sort()).toEqual([0, 1000]);
});

test("the database refuses a second owner of a course, in each mode apart", async () => {
  const { orderId } = await at.buyBoth();
  const own = (livemode: boolean) =>
    at.shop.sql(
      `WITH other AS (
         INSERT INTO orders (user_id, currency, subtotal_amount, total_amount, livemode,
                             terms_accepted_at, waiver_accepted_at, expires_at)
         SELECT user_id, currency, subtotal_amount, total_amount, $2, now(), now(), now()
         FROM orders WHERE id = $1
         RETURNING id
       )
       INSERT INTO order_items (order_id, user_id, course_id, title, price_amount, livemode, state)
       SELECT other.id, user_id, course_id, title, price_amount, $2, 'owned'
       FROM order_items, other WHERE order_id = $1`,
      [orderId, livemode],
    );
  await expect(own(false)).rejects.toMatchObject({ constraint: "order_items_one_owned_key" });
  expect(await own(true), "the other mode is another shop").toEqual([]);
  await expect(own(true)).rejects.toMatchObject({ constraint: "order_items_one_owned_key" });
});
