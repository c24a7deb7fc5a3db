import { expect, test } from "vitest";
import { DependencyError } from "#lib/errors.ts";
import { countInIsolate, countInRedis } from "#lib/services/rate-limiter.ts";
import type { RedisService } from "#lib/services/redis.ts";

const LIMIT = { name: "test", requests: 2, windowSeconds: 60 };

test("S76: the library's time-out is no success, though it says so", async () => {
  const redis: RedisService = {
    run: <T>() =>
      Promise.resolve({ success: true, remaining: 0, reset: 0, reason: "timeout" } as T),
  };
  await expect(countInRedis(redis, LIMIT, "key")).rejects.toBeInstanceOf(DependencyError);
});

test("a flood of other keys forgets the oldest of them, and not who is counted now", () => {
  const now = Date.now();
  const isAllowed = (key: string) => countInIsolate(LIMIT, key, now).isAllowed;
  expect([isAllowed("busy"), isAllowed("busy")]).toEqual([true, true]);
  for (let index = 0; index < 20_000; index++) {
    isAllowed(`flood ${index}`);
    if (index % 5_000 === 0) expect(isAllowed("busy")).toBe(false);
  }
  expect(isAllowed("busy")).toBe(false);
});
