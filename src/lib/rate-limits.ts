import { AppError, DependencyError } from "#lib/errors.ts";
import {
  countInIsolate,
  countInRedis,
  refundInRedis,
  type LimitAnswer,
} from "#lib/services/rate-limiter.ts";
import type { RedisService } from "#lib/services/redis.ts";
import { sha256 } from "#lib/tokens.ts";

/**
 * Every limit of the shop. What the name ends in is what is counted: an account or address, a
 * device, a person, or all of the shop together. `withoutRedis` says what happens while Redis gives
 * no answer: the isolate's own smaller count, or a refusal because the request needs Redis anyway.
 *
 * A window that slides lets at most twice its number through in any span of its own length: 5 are
 * at most 10 guesses at one account in 15 minutes (ASVS V6.3.1).
 */
export const RATE_LIMITS = {
  requests: { requests: 100, windowSeconds: 60, withoutRedis: "count-here" },
  search: { requests: 30, windowSeconds: 60, withoutRedis: "count-here" },
  "sign-in-account": { requests: 5, windowSeconds: 900, withoutRedis: "refuse" },
  "sign-in-address": { requests: 20, windowSeconds: 60, withoutRedis: "refuse" },
  "sign-in-device": { requests: 5, windowSeconds: 900, withoutRedis: "refuse" },
  "sign-in-all": { requests: 300, windowSeconds: 60, withoutRedis: "refuse" },
  "social-address": { requests: 20, windowSeconds: 60, withoutRedis: "refuse" },
  "social-all": { requests: 300, windowSeconds: 60, withoutRedis: "refuse" },
  "sign-up-address": { requests: 10, windowSeconds: 600, withoutRedis: "count-here" },
  "sign-up-email": { requests: 5, windowSeconds: 3600, withoutRedis: "count-here" },
  "sign-up-all": { requests: 120, windowSeconds: 60, withoutRedis: "count-here" },
  "confirm-address": { requests: 20, windowSeconds: 600, withoutRedis: "refuse" },
  "confirm-all": { requests: 300, windowSeconds: 60, withoutRedis: "refuse" },
  "reset-address": { requests: 10, windowSeconds: 600, withoutRedis: "count-here" },
  "reset-email": { requests: 3, windowSeconds: 3600, withoutRedis: "count-here" },
  "reset-all": { requests: 120, windowSeconds: 60, withoutRedis: "count-here" },
  "password-account": { requests: 5, windowSeconds: 900, withoutRedis: "refuse" },
  "second-factor-account": { requests: 5, windowSeconds: 900, withoutRedis: "refuse" },
  "passkey-address": { requests: 30, windowSeconds: 60, withoutRedis: "refuse" },
  "passkey-all": { requests: 600, windowSeconds: 60, withoutRedis: "refuse" },
  checkout: { requests: 20, windowSeconds: 60, withoutRedis: "refuse" },
  "checkout-all": { requests: 600, windowSeconds: 60, withoutRedis: "refuse" },
  refund: { requests: 10, windowSeconds: 60, withoutRedis: "count-here" },
  contact: { requests: 5, windowSeconds: 600, withoutRedis: "count-here" },
  "contact-all": { requests: 200, windowSeconds: 3600, withoutRedis: "count-here" },
  vitals: { requests: 100, windowSeconds: 60, withoutRedis: "count-here" },
  "vitals-all": { requests: 6_000, windowSeconds: 60, withoutRedis: "count-here" },
  errors: { requests: 20, windowSeconds: 60, withoutRedis: "count-here" },
  "errors-all": { requests: 300, windowSeconds: 60, withoutRedis: "count-here" },
} as const;

export type LimitName = keyof typeof RATE_LIMITS;

/** The key of a limit that counts all of the shop together. */
export const EVERYBODY = "everybody";

/** How much of a limit is left, for the RateLimit headers. */
export interface LimitState {
  name: LimitName;
  remaining: number;
  /** Seconds until another request may pass. */
  resetSeconds: number;
}

/** Too many requests: `refusals` are the limits that were met. */
export class RateLimitError extends AppError {
  readonly refusals: LimitState[];

  constructor(refusals: LimitState[]) {
    const retryAfterSeconds = Math.max(...refusals.map(({ resetSeconds }) => resetSeconds));
    super("rate-limited", `Too many tries. Please wait ${wait(retryAfterSeconds)}.`, {
      retryAfterSeconds,
    });
    this.refusals = refusals;
  }
}

/**
 * Counts a request under each [limit, key] at once; keys are hashed, so an address is not stored.
 * Throws RateLimitError with the seconds to wait, or DependencyError where the limit refuses
 * without Redis. What is refused by one limit is not counted by the others: who is over their own
 * number can't use up everybody's.
 */
export async function enforceLimits(
  redis: RedisService,
  counts: [LimitName, string][],
): Promise<void> {
  const answers = await Promise.all(
    counts.map(async ([name, key]) => ({
      name,
      key: sha256(key),
      ...(await count(redis, name, sha256(key))),
    })),
  );
  const refused = answers.filter(({ isAllowed }) => !isAllowed);
  if (refused.length === 0) return;
  const passed = answers.filter(({ isAllowed }) => isAllowed);
  await Promise.all(passed.map(({ name, key }) => refund(redis, name, key)));
  throw new RateLimitError(
    refused.map(({ name, retryAfterSeconds }) => ({
      name,
      remaining: 0,
      resetSeconds: retryAfterSeconds,
    })),
  );
}

async function count(redis: RedisService, name: LimitName, key: string): Promise<LimitAnswer> {
  const limit = { name, ...RATE_LIMITS[name] };
  try {
    return await countInRedis(redis, limit, key);
  } catch (error) {
    if (error instanceof DependencyError && limit.withoutRedis === "count-here")
      return countInIsolate({ ...limit, requests: Math.ceil(limit.requests / 2) }, key);
    throw error;
  }
}

async function refund(redis: RedisService, name: LimitName, key: string): Promise<void> {
  try {
    await refundInRedis(redis, { name, ...RATE_LIMITS[name] }, key);
  } catch (error) {
    // Counted once too often: the request is refused all the same.
    if (!(error instanceof DependencyError)) throw error;
  }
}

function wait(seconds: number): string {
  if (seconds === 1) return "1 second";
  if (seconds < 90) return `${seconds} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}
