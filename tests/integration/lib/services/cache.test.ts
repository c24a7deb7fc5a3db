import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { DependencyError } from "#lib/errors.ts";
import { cached, forgetEverything, invalidate } from "#lib/services/cache.ts";
import type { RedisService } from "#lib/services/redis.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";

const stored = z.object({ edition: z.number() });
const parse = (value: unknown) => stored.parse(value);
let shop: TestShop;
let redis: RedisService;
let key: string;
let time: number;
const options = { freshSeconds: 60, staleSeconds: 86_400, now: () => time };

beforeAll(async () => {
  shop = await openShop();
  ({ redis } = shop.services);
});
beforeEach(() => {
  key = randomUUID();
  time = Date.now();
});
afterEach(() => {
  shop.faults.clear();
  forgetEverything();
});
afterAll(() => shop.stop());

function source(edition: number) {
  return vi.fn(() => Promise.resolve({ edition }));
}

function outage() {
  return vi.fn(() => Promise.reject<{ edition: number }>(new DependencyError("database", "gone")));
}

// The marker is gone when a copy is no longer fresh; the memory is another isolate's.
async function expire(): Promise<void> {
  forgetEverything();
  await redis.run((client) => client.del(`cache:v1:${key}:state`));
}

test("a value is loaded once and then read back, also by another isolate", async () => {
  const load = source(1);
  const fresh = { value: { edition: 1 }, isStale: false };
  expect(await cached(redis, key, options, load, parse)).toEqual(fresh);
  expect(await cached(redis, key, options, load, parse)).toEqual(fresh);
  forgetEverything();
  expect(await cached(redis, key, options, load, parse)).toEqual(fresh);
  expect(load).toHaveBeenCalledTimes(1);
});

test("for five seconds a value comes from memory, without Redis", async () => {
  const run = vi.fn(redis.run.bind(redis)) as typeof redis.run & ReturnType<typeof vi.fn>;
  await cached({ run }, key, options, source(1), parse);
  const calls = run.mock.calls.length;
  time += 4_000;
  await cached({ run }, key, options, source(2), parse);
  expect(run).toHaveBeenCalledTimes(calls);
  time += 2_000;
  await cached({ run }, key, options, source(2), parse);
  expect(run).toHaveBeenCalledTimes(calls + 1);
});

test("what a caller does to its value does not reach the next one", async () => {
  const first = await cached(redis, key, options, source(1), parse);
  first.value.edition = 99;
  expect(await cached(redis, key, options, source(2), parse)).toMatchObject({
    value: { edition: 1 },
  });
});

test("an expired value is loaded again", async () => {
  await cached(redis, key, options, source(1), parse);
  await expire();
  expect(await cached(redis, key, options, source(2), parse)).toEqual({
    value: { edition: 2 },
    isStale: false,
  });
});

test("both keys expire by themselves", async () => {
  await cached(redis, key, options, source(1), parse);
  const [value, marker] = await redis.run((client) =>
    client.pipeline().ttl(`cache:v1:${key}`).ttl(`cache:v1:${key}:state`).exec<[number, number]>(),
  );
  expect(value).toBeGreaterThan(86_000);
  expect(value).toBeLessThanOrEqual(86_400);
  expect(marker).toBeGreaterThan(50);
  expect(marker).toBeLessThanOrEqual(60);
});

test("of many callers one loads the expired value and the others get the former copy", async () => {
  await cached(redis, key, options, source(1), parse);
  await expire();
  const { promise, resolve } = Promise.withResolvers<{ edition: number }>();
  const load = vi.fn(() => promise);
  const callers = Array.from({ length: 20 }, () => cached(redis, key, options, load, parse));
  // Nineteen answers arrive although the one load is still under way.
  let answered = 0;
  for (const caller of callers) void caller.then(() => answered++);
  await vi.waitFor(() => expect(answered).toBe(19));
  resolve({ edition: 2 });
  const editions = (await Promise.all(callers)).map(({ value }) => value.edition);
  expect(editions.filter((edition) => edition === 1)).toHaveLength(19);
  expect(load).toHaveBeenCalledTimes(1);
});

test("without a former copy nobody waits for another's load", async () => {
  const hanging = new Promise<{ edition: number }>(() => undefined);
  void cached(redis, key, options, () => hanging, parse);
  await vi.waitFor(async () => {
    expect(await redis.run((client) => client.get(`cache:v1:${key}:state`))).toBe("loading");
  });
  expect(await cached(redis, key, options, source(2), parse)).toMatchObject({
    value: { edition: 2 },
  });
});

test("when the source is gone the last copy is served as stale, and soon asked for again", async () => {
  await cached(redis, key, options, source(1), parse);
  await expire();
  const stale = { value: { edition: 1 }, isStale: true };
  const gone = outage();
  expect(await cached(redis, key, options, gone, parse)).toEqual(stale);
  expect(await cached(redis, key, options, gone, parse)).toEqual(stale);
  expect(gone).toHaveBeenCalledTimes(1);
  const seconds = await redis.run((client) => client.ttl(`cache:v1:${key}:state`));
  expect(seconds).toBeLessThanOrEqual(5);
  await expire();
  expect(await cached(redis, key, options, source(2), parse)).toEqual({
    value: { edition: 2 },
    isStale: false,
  });
});

test("without any copy the outage is told", async () => {
  await expect(cached(redis, key, options, outage(), parse)).rejects.toBeInstanceOf(
    DependencyError,
  );
});

test("a bug in the source is not hidden behind a copy", async () => {
  await cached(redis, key, options, source(1), parse);
  await expire();
  const broken = () => Promise.reject<{ edition: number }>(new TypeError("no such column"));
  await expect(cached(redis, key, options, broken, parse)).rejects.toThrow("no such column");
});

test("a null is asked for again each time", async () => {
  const load = vi.fn(() => Promise.resolve<{ edition: number } | null>(null));
  for (let call = 0; call < 2; call++)
    expect(await cached<{ edition: number } | null>(redis, key, options, load, parse)).toEqual({
      value: null,
      isStale: false,
    });
  expect(load).toHaveBeenCalledTimes(2);
  expect(await redis.run((client) => client.exists(`cache:v1:${key}`))).toBe(0);
});

test("what no longer has the right shape is loaded again", async () => {
  await cached(redis, key, options, source(1), parse);
  forgetEverything();
  await redis.run((client) => client.set(`cache:v1:${key}`, { version: "old" }));
  expect(await cached(redis, key, options, source(2), parse)).toMatchObject({
    value: { edition: 2 },
  });
});

test("a value over 100 kB is served but not kept", async () => {
  const wide = z.object({ text: z.string() });
  const parseWide = (value: unknown) => wide.parse(value);
  const load = vi.fn(() => Promise.resolve({ text: "ä".repeat(60_000) }));
  await cached(redis, key, options, load, parseWide);
  expect(await redis.run((client) => client.exists(`cache:v1:${key}`))).toBe(0);
  await cached(redis, key, options, load, parseWide);
  expect(load).toHaveBeenCalledTimes(2);
});

test("an invalidated value is loaded again", async () => {
  await cached(redis, key, options, source(1), parse);
  await invalidate(redis, [key]);
  expect(await cached(redis, key, options, source(2), parse)).toMatchObject({
    value: { edition: 2 },
  });
});

test.each(["refuse", "hang", "errors", "credentials", "full", "readonly"] as const)(
  "with Redis on %s the source answers within a second",
  async (fault) => {
    shop.faults.set("redis", fault);
    const startedAt = Date.now();
    expect(await cached(redis, key, options, source(1), parse)).toEqual({
      value: { edition: 1 },
      isStale: false,
    });
    expect(Date.now() - startedAt).toBeLessThan(1_000);
  },
);
