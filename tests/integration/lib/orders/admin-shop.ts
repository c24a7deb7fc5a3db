import { expect } from "vitest";
import { listAudit } from "#lib/operations/audit.ts";
import { findAdminOrder } from "#lib/orders/admin/story-queries.ts";
import { syncOrder } from "#lib/orders/sync-order.ts";
import { openShop } from "../../../support/shop.ts";
import { insertBuyer, insertCourse, open, paymentOf } from "./purchase.ts";

/** A shop with two courses, at 49 and 25.01, and someone who acts as its admin. */
export async function openAdminShop() {
  const shop = await openShop();
  const one = await insertCourse(shop, { title: "One", price: 4900 });
  const two = await insertCourse(shop, { title: "Two", price: 2501 });
  const admin = await insertBuyer(shop);
  return {
    shop,
    one,
    two,
    admin,
    /** What an admin sends with every act. */
    request: (orderId: string, reason = "Asked by phone") => ({
      orderId,
      actorId: admin.userId,
      reason,
      now: new Date(),
    }),
    /** A paid order of both courses. */
    buyBoth: async () => {
      const buyer = await insertBuyer(shop);
      const { orderId, sessionId } = await open(shop, buyer, one, two);
      shop.stripe.pay(sessionId);
      expect(await syncOrder(shop.services, orderId, { now: new Date() })).toBe("paid");
      const order = await findAdminOrder(shop.services.database, orderId);
      const itemIds = order?.items.map(({ id }) => id) ?? [];
      return { buyer, orderId, itemIds, payment: paymentOf(shop, sessionId) };
    },
    /** What the audit log has of an order, oldest first. */
    auditOf: async (orderId: string) => {
      const lines = await listAudit(shop.services.database, null);
      return lines
        .filter(({ subjectId }) => subjectId === orderId)
        .map(({ action, actor, reason }) => ({ action, actor, reason }))
        .toReversed();
    },
  };
}
