import { errors, Redis } from "@upstash/redis";
import { DependencyError } from "#lib/errors.ts";
import { createBreaker } from "./breaker.ts";

/** Upstash Redis over REST. */
export interface RedisService {
  /**
   * Runs commands: 0.4 seconds, one more try when the connection fails. Throws DependencyError when
   * there is no usable answer, UpstashError when a command is wrong.
   */
  run<T>(call: (redis: Redis) => Promise<T>): Promise<T>;
}

interface RedisOptions {
  url: string;
  token: string;
  onCommand?: ((durationMs: number) => void) | undefined;
}

const TIMEOUT_MS = 400;
// Out of memory, read-only replica, wrong password, daily limit: nothing we sent was wrong.
const OUTAGE_MESSAGE =
  /OOM|READONLY|WRONGPASS|NOAUTH|max (daily )?requests limit|MASTERDOWN|LOADING/i;

const breaker = createBreaker("redis", { isOutage });

export function openRedis(options: RedisOptions): RedisService {
  const redis = new Redis({
    url: options.url,
    token: options.token,
    // The client's own defaults: 4.3 seconds until a refused connection throws, no time-out at all.
    retry: { retries: 1, backoff: () => 20 },
    signal: () => AbortSignal.timeout(TIMEOUT_MS),
    enableTelemetry: false,
    // Base64 is for values that are no UTF-8; ours all are.
    responseEncoding: false,
  });
  return {
    async run(call) {
      const startedAt = Date.now();
      try {
        return await breaker.run(() => call(redis));
      } catch (error) {
        if (isOutage(error)) throw new DependencyError("redis", error);
        throw error;
      } finally {
        options.onCommand?.(Date.now() - startedAt);
      }
    },
  };
}

function isOutage(error: unknown): boolean {
  if (error instanceof DependencyError) return false;
  // Refusals of a command begin with its kind, such as ERR or WRONGTYPE; anything else is Redis being ill.
  if (error instanceof errors.UpstashError)
    return (
      OUTAGE_MESSAGE.test(error.message) ||
      !/^(ERR|WRONGTYPE|NOSCRIPT|EXECABORT|BUSYKEY)\b/.test(error.message)
    );
  if (!(error instanceof Error)) return false;
  return (
    ["TimeoutError", "AbortError", "TypeError", "UpstashJSONParseError"].includes(error.name) ||
    /fetch failed|network|connection/i.test(error.message)
  );
}
