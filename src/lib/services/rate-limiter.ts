import { Ratelimit } from "@upstash/ratelimit";
import { DependencyError } from "#lib/errors.ts";
import { rememberLatest } from "#lib/remember-latest.ts";
import type { RedisService } from "./redis.ts";

interface Limit {
  name: string;
  requests: number;
  windowSeconds: number;
}

export interface LimitAnswer {
  isAllowed: boolean;
  remaining: number;
  /** Seconds until another request may pass. */
  retryAfterSeconds: number;
}

/**
 * Counts requests in a sliding window in Redis, one if not said otherwise. Throws DependencyError when Redis gives no
 * answer: the library itself would say `success: true` then, and let everybody in.
 */
export async function countInRedis(
  redis: RedisService,
  limit: Limit,
  key: string,
  requests = 1,
): Promise<LimitAnswer> {
  return change(redis, limit, key, requests);
}

/** Takes back what `countInRedis` counted. Throws DependencyError when Redis gives no answer. */
export async function refundInRedis(redis: RedisService, limit: Limit, key: string): Promise<void> {
  await change(redis, limit, key, -1);
}

async function change(
  redis: RedisService,
  limit: Limit,
  key: string,
  rate: number,
): Promise<LimitAnswer> {
  const answer = await redis.run((client) =>
    new Ratelimit({
      redis: client,
      prefix: `limit:${limit.name}`,
      limiter: Ratelimit.slidingWindow(limit.requests, `${limit.windowSeconds} s`),
      timeout: 700,
      ephemeralCache: false,
    }).limit(key, { rate }),
  );
  if (answer.reason === "timeout")
    throw new DependencyError("redis", new Error("limiter time-out"));
  return toAnswer(answer.success, answer.remaining, answer.reset - Date.now());
}

/** Counts one request in this isolate's memory: a floor while Redis is silent, not a promise. */
export function countInIsolate(limit: Limit, key: string, now = Date.now()): LimitAnswer {
  const slot = `${limit.name}:${key}`;
  const window = windows.get(slot);
  const isCurrent = window !== undefined && now < window.endsAt;
  const current = isCurrent ? window : { count: 0, endsAt: now + limit.windowSeconds * 1000 };
  current.count += 1;
  rememberLatest(windows, slot, current, MAX_WINDOWS);
  const remaining = Math.max(0, limit.requests - current.count);
  return toAnswer(current.count <= limit.requests, remaining, current.endsAt - now);
}

const MAX_WINDOWS = 10_000;
const windows = new Map<string, { count: number; endsAt: number }>();

function toAnswer(isAllowed: boolean, remaining: number, untilResetMs: number): LimitAnswer {
  return {
    isAllowed,
    remaining,
    retryAfterSeconds: Math.max(1, Math.ceil(untilResetMs / 1000)),
  };
}
