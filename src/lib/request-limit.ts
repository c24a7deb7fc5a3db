import { DependencyError } from "#lib/errors.ts";
import { RATE_LIMITS, type LimitState } from "#lib/rate-limits.ts";
import { rememberLatest } from "#lib/remember-latest.ts";
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

// A call for each request was a fifth of what a small answer costs, and nearly all of the calls to Redis.
const TOLD_EVERY = 10;

/**
 * Counts one request of an address where nothing may wait for Redis: at once in this isolate, and
 * after every tenth, behind the response, ten in Redis. So one isolate never lets more than the
 * limit through; several learn of each other ten requests later, and not of fewer than ten.
 */
export function countRequest(
  services: { readonly redis: RedisService },
  name: "requests" | "search",
  address: string,
  now = Date.now(),
): RequestCount {
  const limit = { name, ...RATE_LIMITS[name] };
  const slot = `${name}:${address}`;
  const here = countInIsolate(limit, address, now);
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
  const isTenth = (limit.requests - here.remaining) % TOLD_EVERY === 0;
  const shared = isAllowed && isTenth ? share(services.redis, limit, address, slot) : null;
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
  address: string,
  slot: string,
): Promise<void> {
  try {
    const answer = await countInRedis(redis, limit, sha256(address), TOLD_EVERY);
    const { isAllowed, remaining, retryAfterSeconds } = answer;
    const endsAt = Date.now() + retryAfterSeconds * 1000;
    rememberLatest(known, slot, { isAllowed, remaining, endsAt }, MAX_KNOWN);
  } catch (error) {
    // This isolate's own count goes on.
    if (!(error instanceof DependencyError)) throw error;
  }
}

function recall(slot: string, now: number): Known | null {
  const last = known.get(slot);
  return last && now < last.endsAt ? last : null;
}
