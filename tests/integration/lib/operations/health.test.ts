import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { checkHealth } from "#lib/operations/health.ts";
import { syncOrder } from "#lib/orders/sync-order.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import { insertBuyer, insertCourse, open } from "../orders/purchase.ts";

let shop: TestShop;

beforeAll(async () => {
  shop = await openShop();
});
afterEach(() => shop.faults.clear());
afterAll(() => shop.stop());

const after = (minutes: number) => new Date(Date.now() + minutes * 60_000);

/** The whole answer in words: what is well is "pass" and nothing more. */
async function healthAt(now: Date) {
  const { status, checks } = await checkHealth(shop.services, { now });
  const words = Object.entries(checks).map(([name, [check]]) => [
    name,
    check.output ?? check.status,
  ]);
  return { status, ...(Object.fromEntries(words) as Record<keyof typeof checks, string>) };
}

const WELL = { database: "pass", redis: "pass", stripe: "pass", mail: "pass", orders: "pass" };

async function beginOrder(): Promise<string> {
  const { orderId } = await open(shop, await insertBuyer(shop), await insertCourse(shop));
  return orderId;
}

async function askStripe(): Promise<void> {
  await shop.services.stripe.run((api) => api.events.list({ limit: 1 })).catch(() => null);
}

test("all is well, and each check says how long its answer took", async () => {
  expect(await healthAt(new Date())).toEqual({ status: "pass", ...WELL });
  const { checks } = await checkHealth(shop.services, { now: new Date() });
  expect(checks.database[0].observedValue).toBeTypeOf("number");
  expect(checks.database[0].observedUnit).toBe("ms");
});

test("Stripe is not asked; what its last call said counts for ten minutes or until the next", async () => {
  shop.faults.set("stripe", "refuse");
  expect(await healthAt(new Date())).toEqual({ status: "pass", ...WELL });
  await askStripe();
  const silent = { status: "warn", ...WELL, stripe: "the last call got no answer" };
  expect(await healthAt(new Date())).toEqual(silent);
  expect(await healthAt(after(9))).toEqual(silent);
  expect(await healthAt(after(11))).toEqual({ status: "pass", ...WELL });
  shop.faults.clear();
  await askStripe();
  expect(await healthAt(new Date())).toEqual({ status: "pass", ...WELL });
});

test("an order that the reconciler should have dealt with is a warning", async () => {
  const orderId = await beginOrder();
  expect(await healthAt(after(14))).toEqual({ status: "pass", ...WELL });
  const late = {
    status: "warn",
    ...WELL,
    orders: "an order has been in doubt for more than 15 minutes",
  };
  expect(await healthAt(after(16))).toEqual(late);
  // Not paid yet, but asked about.
  await syncOrder(shop.services, orderId, { now: after(10) });
  expect(await healthAt(after(16))).toEqual({ status: "pass", ...WELL });
  await shop.sql("UPDATE orders SET livemode = true, synced_at = NULL WHERE id = $1", [orderId]);
  expect(await healthAt(after(16)), "of the other mode").toEqual({ status: "pass", ...WELL });
});

test("mail that waits is a warning, and news are not", async () => {
  const write = (template: string) =>
    shop.sql(
      "INSERT INTO outbox (dedupe_key, template, recipient) VALUES ($1, $1, 'a@b.example')",
      [template],
    );
  await write("new-course");
  expect(await healthAt(after(11))).toEqual({ status: "pass", ...WELL });
  await write("receipt");
  expect(await healthAt(after(9))).toEqual({ status: "pass", ...WELL });
  expect(await healthAt(after(11))).toEqual({
    status: "warn",
    ...WELL,
    mail: "mail has been waiting for more than 10 minutes",
  });
});

test("a database that takes no writes is a warning", async () => {
  shop.faults.set("database", "readonly");
  const { status, database } = await healthAt(new Date());
  expect({ status, database }).toEqual({ status: "warn", database: "it takes no writes" });
});

test("without Redis the shop is not ready", async () => {
  shop.faults.set("redis", "refuse");
  expect(await healthAt(new Date())).toMatchObject({ status: "fail", redis: "no answer" });
});

// The last: its questions alone open the breaker.
test("without the database the shop is not ready, and nothing is known of mail and orders", async () => {
  shop.faults.set("database", "refuse");
  const unknown = { database: "no answer", mail: "no answer", orders: "no answer" };
  expect(await healthAt(new Date())).toMatchObject({ status: "fail", ...unknown });
});
