import { afterAll, beforeAll, expect, test } from "vitest";
import { openShop, type TestShop } from "../../../support/shop.ts";
import { deliver, findEvent, insertBuyer, insertCourse, look, open } from "./purchase.ts";

const COPIES = 50;
// 200 when asked for by ROUNDS=200: about five minutes on two cores.
const ROUNDS = Number(process.env.ROUNDS ?? 10);
let shop: TestShop;
let courseId: string;

beforeAll(async () => {
  shop = await openShop();
  courseId = await insertCourse(shop);
});
afterAll(() => shop.stop());

test(
  `${COPIES} copies of one event at once grant once, ${ROUNDS} times over`,
  { timeout: ROUNDS * 10_000 },
  async () => {
    for (let round = 1; round <= ROUNDS; round++) {
      const { orderId, sessionId } = await open(shop, await insertBuyer(shop), courseId);
      shop.stripe.pay(sessionId);
      const completed = findEvent(shop, "checkout.session.completed", sessionId);
      // A copy that meets too many others gives up and is sent again by Stripe: no harm, no grant.
      await Promise.allSettled(Array.from({ length: COPIES }, () => deliver(shop, completed)));
      expect(await look(shop, orderId)).toMatchObject({
        status: "paid",
        entitlements: 1,
        events: 1,
        mails: ["receipt"],
      });
    }
    const [grants] = await shop.sql<{ count: number }>("SELECT count(*)::int FROM entitlements");
    expect(grants?.count).toBe(ROUNDS);
  },
);
