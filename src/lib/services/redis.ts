import { errors, Redis } from "@upstash/redis";
import { DependencyError } from "#lib/errors.ts";
import { createBreaker } from "./breaker.ts";
import { createRequester } from "./redis-requester.ts";

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
  const requester = createRequester({ ...options, timeoutMs: TIMEOUT_MS });
  const redis = new BatchingRedis(requester).batching();
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

// The library sends what is asked at once as one request, but not by itself with a requester of ours.
class BatchingRedis extends Redis {
  // The library would try to hand it to our requester, which has no place for it, and catch what that throws.
  protected override enableTelemetry = false;

  batching(): Redis {
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- a proxy of this
    return this.autoPipeline();
  }
}

function isOutage(error: unknown): boolean {
  if (error instanceof DependencyError) return false;
  // Refusals of a command begin with its kind, such as ERR or WRONGTYPE, behind the library's own words for one of
  // several; anything else is Redis being ill.
  if (error instanceof errors.UpstashError)
    return (
      OUTAGE_MESSAGE.test(error.message) ||
      !/^(Command failed: )?(ERR|WRONGTYPE|NOSCRIPT|EXECABORT|BUSYKEY)\b/.test(error.message)
    );
  if (!(error instanceof Error)) return false;
  return (
    ["TimeoutError", "AbortError", "TypeError", "UpstashJSONParseError"].includes(error.name) ||
    /fetch failed|network|connection/i.test(error.message)
  );
}
