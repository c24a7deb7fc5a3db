import { DependencyError } from "#lib/errors.ts";
import { RATE_LIMITS, type LimitState } from "#lib/rate-limits.ts";
import { countInIsolate, countInRedis } from "#lib/services/rate-limiter.ts";
import type { RedisService } from "#lib/services/redis.ts";
import { sha256 } from "#lib/tokens.ts";

interface RequestCount {
  isAllowed: boolean;
  state: LimitState;
  /**
   * Tells Redis, and this isolate what all the others counted. Nobody waits for it; it never
   * rejects.
   */
  shared: Promise<void> | null;
}

/**
 * Counts one request of an address where nothing may wait for Redis: at once in this isolate, and
 * behind the response in Redis. So one isolate never lets more than the limit through; several
 * learn of each other one request later.
 */
export function countRequest(
  redis: RedisService,
  name: "requests" | "search",
  address: string,
  now = Date.now(),
): RequestCount {
  const limit = { name, ...RATE_LIMITS[name] };
  const key = sha256(address);
  const slot = `${name}:${key}`;
  const here = countInIsolate(limit, key, now);
  const elsewhere = recall(slot, now);
  const isAllowed = here.isAllowed && elsewhere?.isAllowed !== false;
  const state = {
    name,
    remaining: isAllowed ? Math.min(here.remaining, elsewhere?.remaining ?? limit.requests) : 0,
    resetSeconds:
      here.isAllowed && elsewhere
        ? Math.max(1, Math.ceil((elsewhere.endsAt - now) / 1000))
        : here.retryAfterSeconds,
  };
  const shared = isAllowed ? share(redis, limit, key, slot) : null;
  return { isAllowed, state, shared };
}

interface Known {
  isAllowed: boolean;
  remaining: number;
  endsAt: number;
}

const MAX_KNOWN = 10_000;
const known = new Map<string, Known>();

async function share(
  redis: RedisService,
  limit: { name: "requests" | "search"; requests: number; windowSeconds: number },
  key: string,
  slot: string,
): Promise<void> {
  try {
    const { isAllowed, remaining, retryAfterSeconds } = await countInRedis(redis, limit, key);
    known.delete(slot);
    known.set(slot, { isAllowed, remaining, endsAt: Date.now() + retryAfterSeconds * 1000 });
    const [oldest] = known.keys();
    if (known.size > MAX_KNOWN && oldest !== undefined) known.delete(oldest);
  } catch (error) {
    // This isolate's own count goes on.
    if (!(error instanceof DependencyError)) throw error;
  }
}

function recall(slot: string, now: number): Known | null {
  const last = known.get(slot);
  return last && now < last.endsAt ? last : null;
}
