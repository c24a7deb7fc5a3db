import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { clientAddress } from "#http/client-address.ts";
import { readSessionCookie } from "#http/session-cookie.ts";
import { createSession, readSession } from "#lib/accounts/sessions.ts";
import { DependencyError } from "#lib/errors.ts";
import { enforceLimits, RATE_LIMITS } from "#lib/rate-limits.ts";
import { countRequest } from "#lib/request-limit.ts";
import { makeJar } from "../../support/cookie-jar.ts";
import { openShop, type TestShop } from "../../support/shop.ts";
import { warmUp } from "./accounts/account.ts";

let shop: TestShop;

beforeAll(async () => {
  shop = await openShop();
  await warmUp(shop);
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

test("S42: one key's limit is not another's, and no key is stored as it is", async () => {
  const key = "kim@example.com";
  await refusalsAmong(12, key);
  expect(await refusalsAmong(1)).toHaveLength(0);
  const keys = await shop.services.redis.run((client) => client.keys("limit:*"));
  expect(keys.length).toBeGreaterThan(0);
  expect(keys.join(" ")).not.toContain(key);
});

test("S42: whatever an address or account is called, it is one hashed key of its own limit", async () => {
  const limitKeys = () => shop.services.redis.run((client) => client.keys("limit:*"));
  const before = await limitKeys();
  const names = [
    ...[":", "*", "?", "[a-z]*", "{tag}", "", " ", "everybody:everybody", "limit:sign-in-all"],
    ...["a\r\nFLUSHALL\r\n", "a\0b", "\u2028", "../..", '"}', "${7*7}", "%2A", "x".repeat(10_000)],
  ];
  for (const name of names) await enforceLimits(shop.services.redis, [["contact", name]]);
  const header = { "CF-Connecting-IP": `${"1".repeat(10_000)}:*:` };
  const address = clientAddress(new Request("https://shop.example", { headers: header }));
  for (let count = 0; count < 10; count++)
    await countRequest(shop.services, "requests", address).shared;
  const added = (await limitKeys()).filter((key) => !before.includes(key));
  for (const key of added) expect(key).toMatch(/^limit:(contact|requests):[0-9a-f]{64}:\d+$/);
  // Without the number of the window, which may change meanwhile.
  const counted = new Set(added.map((key) => key.replace(/:\d+$/, "")));
  expect(counted.size).toBe(names.length + 1);
});

test("S42: a session id of any form is looked up by its hash", async () => {
  const { redis } = shop.services;
  const user = { id: randomUUID(), email: "k@example.com", name: "Kim", role: "learner" as const };
  await createSession(redis, user, new Date());
  for (const id of ["*", ":", "a\r\nKEYS *", "x".repeat(10_000), "session:*"])
    expect(await readSession(redis, id, new Date())).toBeNull();
  const jar = makeJar({ "__Host-session": "*".repeat(43) });
  expect(readSessionCookie(jar.cookies), "and no cookie of another form is").toBeNull();
});

test("S76: while Redis is silent, signing in is refused and never let through unseen", async () => {
  shop.faults.set("redis", "hang");
  const [refusal] = await refusalsAmong(1);
  expect(refusal).toBeInstanceOf(DependencyError);
});

test("S76: while Redis is silent, sign-ups are counted here, at half the number", async () => {
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
