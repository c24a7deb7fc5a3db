import { AppError, DependencyError } from "#lib/errors.ts";
import type { RedisService } from "#lib/services/redis.ts";
import { countInIsolate, countInRedis } from "#lib/services/rate-limiter.ts";
import { sha256 } from "#lib/tokens.ts";

/**
 * Every limit of the shop. `withoutRedis` says what happens while Redis gives no answer: the isolate's own smaller
 * count, or a refusal because the request needs Redis anyway.
 */
export const RATE_LIMITS = {
  "sign-in-account": { requests: 10, windowSeconds: 900, withoutRedis: "refuse" },
  "sign-in-address": { requests: 20, windowSeconds: 60, withoutRedis: "refuse" },
  "sign-up-address": { requests: 10, windowSeconds: 600, withoutRedis: "count-here" },
  "sign-up-email": { requests: 5, windowSeconds: 3600, withoutRedis: "count-here" },
  "confirm-address": { requests: 20, windowSeconds: 600, withoutRedis: "refuse" },
  checkout: { requests: 20, windowSeconds: 60, withoutRedis: "refuse" },
  refund: { requests: 10, windowSeconds: 60, withoutRedis: "count-here" },
  contact: { requests: 5, windowSeconds: 600, withoutRedis: "count-here" },
  beacons: { requests: 100, windowSeconds: 60, withoutRedis: "count-here" },
} as const;

export type LimitName = keyof typeof RATE_LIMITS;

/**
 * Counts a request under each [limit, key] at once; keys are hashed, so an address is not stored. Throws AppError
 * "rate-limited" with the seconds to wait, or DependencyError where the limit refuses without Redis.
 */
export async function enforceLimits(
  redis: RedisService,
  counts: [LimitName, string][],
): Promise<void> {
  const answers = await Promise.all(counts.map(([name, key]) => count(redis, name, sha256(key))));
  const refused = answers.filter((answer) => !answer.isAllowed);
  if (refused.length === 0) return;
  const retryAfterSeconds = Math.max(...refused.map((answer) => answer.retryAfterSeconds));
  throw new AppError("rate-limited", `Too many tries. Please wait ${wait(retryAfterSeconds)}.`, {
    retryAfterSeconds,
  });
}

async function count(redis: RedisService, name: LimitName, key: string) {
  const limit = { name, ...RATE_LIMITS[name] };
  try {
    return await countInRedis(redis, limit, key);
  } catch (error) {
    if (error instanceof DependencyError && limit.withoutRedis === "count-here")
      return countInIsolate({ ...limit, requests: Math.ceil(limit.requests / 2) }, key);
    throw error;
  }
}

function wait(seconds: number): string {
  if (seconds < 90) return `${seconds} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}
