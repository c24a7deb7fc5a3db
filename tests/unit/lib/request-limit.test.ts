import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { DependencyError } from "#lib/errors.ts";
import { countRequest } from "#lib/request-limit.ts";
import { RATE_LIMITS } from "#lib/rate-limits.ts";
import type { RedisService } from "#lib/services/redis.ts";

const LIMIT = RATE_LIMITS.requests.requests;
const silent: RedisService = {
  run: () => Promise.reject(new DependencyError("redis", new Error("silent"))),
};

/** A Redis whose limiter always says this; it is asked `asked` times. */
function redisSaying(remaining: number) {
  const redis = {
    asked: 0,
    run: <T>() => {
      redis.asked += 1;
      const reset = Date.now() + 30_000;
      const success = remaining >= 0;
      return Promise.resolve({ success, remaining: Math.max(0, remaining), reset } as T);
    },
  };
  return redis;
}

function passed(redis: RedisService, address: string, requests: number, now = Date.now()): number {
  return Array.from({ length: requests }, () =>
    countRequest({ redis }, "requests", address, now),
  ).filter(({ isAllowed }) => isAllowed).length;
}

test("S50: a hundred requests a minute pass, at once and without Redis", () => {
  const address = randomUUID();
  const now = Date.now();
  expect(passed(silent, address, LIMIT + 50, now)).toBe(LIMIT);
  expect(passed(silent, randomUUID(), 1, now), "another address").toBe(1);
  expect(passed(silent, address, 1, now + 60_000), "a minute later").toBe(1);
});

test("S50: what other isolates counted holds here from the next request on", async () => {
  const address = randomUUID();
  expect(await countTen(redisSaying(-1), address)).toBe(10);
  const next = countRequest({ redis: redisSaying(50) }, "requests", address);
  expect(next.isAllowed).toBe(false);
  expect(next.state).toMatchObject({ name: "requests", remaining: 0 });
  expect(next.state.resetSeconds).toBeGreaterThan(25);
});

test("the state names the smaller of what is left here and in Redis", async () => {
  const address = randomUUID();
  const first = countRequest({ redis: redisSaying(7) }, "requests", address);
  expect(first.state.remaining).toBe(LIMIT - 1);
  await countTen(redisSaying(7), address);
  expect(countRequest({ redis: redisSaying(6) }, "requests", address).state.remaining).toBe(7);
});

test("Redis is told of ten requests at once, and of none that is refused", async () => {
  const address = randomUUID();
  const redis = redisSaying(50);
  for (let ten = 0; ten < LIMIT / 10 + 2; ten++) await countTen(redis, address);
  expect(redis.asked).toBe(LIMIT / 10);
});

test("the client of Redis is not even made for a request that tells it nothing", () => {
  const services = {
    get redis(): RedisService {
      throw new Error("made");
    },
  };
  expect(countRequest(services, "requests", randomUUID()).isAllowed).toBe(true);
});

/** Counts ten requests and waits until Redis knows; gives how many passed. */
async function countTen(redis: RedisService, address: string): Promise<number> {
  const counts = Array.from({ length: 10 }, () => countRequest({ redis }, "requests", address));
  for (const { shared } of counts) await shared;
  return counts.filter(({ isAllowed }) => isAllowed).length;
}
