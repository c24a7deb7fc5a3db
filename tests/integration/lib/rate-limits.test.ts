import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { DependencyError } from "#lib/errors.ts";
import { enforceLimits, RATE_LIMITS } from "#lib/rate-limits.ts";
import { openShop, type TestShop } from "../../support/shop.ts";

let shop: TestShop;

beforeAll(async () => {
  shop = await openShop();
});
afterEach(() => shop.faults.clear());
afterAll(() => shop.stop());

async function refusalsAmong(requests: number, key: string = randomUUID()): Promise<unknown[]> {
  const results: PromiseSettledResult<void>[] = [];
  for (let index = 0; index < requests; index++)
    results.push(
      ...(await Promise.allSettled([
        enforceLimits(shop.services.redis, [["sign-in-account", key]]),
      ])),
    );
  return results.flatMap((result) =>
    result.status === "rejected" ? [result.reason as unknown] : [],
  );
}

test("the limit lets its number through and names the seconds to wait", async () => {
  const { requests } = RATE_LIMITS["sign-in-account"];
  const refusals = await refusalsAmong(requests + 2);
  expect(refusals).toHaveLength(2);
  expect(refusals[0]).toMatchObject({ code: "rate-limited" });
  expect((refusals[0] as { retryAfterSeconds: number }).retryAfterSeconds).toBeGreaterThan(0);
});

test("one key's limit is not another's, and no key is stored as it is", async () => {
  const key = "kim@example.com";
  await refusalsAmong(12, key);
  expect(await refusalsAmong(1)).toHaveLength(0);
  const keys = await shop.services.redis.run((client) => client.keys("limit:*"));
  expect(keys.length).toBeGreaterThan(0);
  expect(keys.join(" ")).not.toContain(key);
});

test("while Redis is silent, signing in is refused and never let through unseen", async () => {
  shop.faults.set("redis", "hang");
  const [refusal] = await refusalsAmong(1);
  expect(refusal).toBeInstanceOf(DependencyError);
});

test("while Redis is silent, sign-ups are counted here, at half the number", async () => {
  shop.faults.set("redis", "refuse");
  const key = randomUUID();
  const results = await Promise.allSettled(
    Array.from({ length: 12 }, () =>
      enforceLimits(shop.services.redis, [["sign-up-address", key]]),
    ),
  );
  const passed = results.filter(({ status }) => status === "fulfilled").length;
  expect(passed).toBe(RATE_LIMITS["sign-up-address"].requests / 2);
});
