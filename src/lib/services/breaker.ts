import { DependencyError } from "#lib/errors.ts";

export interface Breaker {
  /**
   * Runs `call` unless the dependency is known to be down. Throws DependencyError at once while the
   * breaker is open; otherwise what `call` throws. Failures that `isOutage` denies don't count.
   */
  run<T>(call: () => Promise<T>): Promise<T>;
  readonly isOpen: boolean;
}

interface BreakerOptions {
  /** Whether an error means that the dependency is down, and not that we asked for something wrong. */
  isOutage: (error: unknown) => boolean;
  failures?: number;
  windowMs?: number;
  openMs?: number;
  now?: () => number;
}

/**
 * A circuit breaker for one dependency: five failures within ten seconds open it for five seconds,
 * then one probe decides. One per isolate: it holds no request's promise, only counts and times.
 */
export function createBreaker(dependency: string, options: BreakerOptions): Breaker {
  const { isOutage, failures = 5, windowMs = 10_000, openMs = 5_000, now = Date.now } = options;
  let failedAt: number[] = [];
  let openUntil = 0;
  let isProbing = false;

  function recordFailure(): void {
    failedAt = [...failedAt.filter((time) => time > now() - windowMs), now()];
    if (isProbing || failedAt.length >= failures) openUntil = now() + openMs;
  }

  async function attempt<T>(call: () => Promise<T>): Promise<T> {
    try {
      const result = await call();
      failedAt = [];
      openUntil = 0;
      return result;
    } catch (error) {
      if (isOutage(error)) recordFailure();
      throw error;
    }
  }

  return {
    get isOpen() {
      return now() < openUntil;
    },
    async run(call) {
      if (now() < openUntil || (openUntil > 0 && isProbing))
        throw new DependencyError(dependency, new Error("circuit breaker is open"));
      if (openUntil === 0) return attempt(call);
      isProbing = true;
      try {
        return await attempt(call);
      } finally {
        isProbing = false;
      }
    },
  };
}
