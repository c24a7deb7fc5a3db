import { Ratelimit } from "@upstash/ratelimit";
import { DependencyError } from "#lib/errors.ts";
import type { RedisService } from "./redis.ts";

export interface LimitAnswer {
  isAllowed: boolean;
  /** Seconds until another request may pass. */
  retryAfterSeconds: number;
}

/**
 * Counts one request in a sliding window in Redis. Throws DependencyError when Redis gives no answer: the library
 * itself would say `success: true` then, and let everybody in.
 */
export async function countInRedis(
  redis: RedisService,
  limit: { name: string; requests: number; windowSeconds: number },
  key: string,
): Promise<LimitAnswer> {
  const answer = await redis.run((client) =>
    new Ratelimit({
      redis: client,
      prefix: `limit:${limit.name}`,
      limiter: Ratelimit.slidingWindow(limit.requests, `${limit.windowSeconds} s`),
      timeout: 700,
      ephemeralCache: false,
    }).limit(key),
  );
  if (answer.reason === "timeout")
    throw new DependencyError("redis", new Error("limiter time-out"));
  return toAnswer(answer.success, answer.reset - Date.now());
}

/** Counts one request in this isolate's memory: a floor while Redis is silent, not a promise. */
export function countInIsolate(
  limit: { name: string; requests: number; windowSeconds: number },
  key: string,
  now = Date.now(),
): LimitAnswer {
  const slot = `${limit.name}:${key}`;
  const window = windows.get(slot);
  const isCurrent = window !== undefined && now < window.endsAt;
  const current = isCurrent ? window : { count: 0, endsAt: now + limit.windowSeconds * 1000 };
  current.count += 1;
  if (windows.size >= MAX_WINDOWS) windows.clear();
  windows.set(slot, current);
  return toAnswer(current.count <= limit.requests, current.endsAt - now);
}

const MAX_WINDOWS = 10_000;
const windows = new Map<string, { count: number; endsAt: number }>();

function toAnswer(isAllowed: boolean, untilResetMs: number): LimitAnswer {
  return { isAllowed, retryAfterSeconds: Math.max(1, Math.ceil(untilResetMs / 1000)) };
}
