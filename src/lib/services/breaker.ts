import { DependencyError } from "#lib/errors.ts";

export interface Breaker {
  /**
   * Runs `call` unless the dependency is known to be down. Throws DependencyError at once while the
   * breaker is open; otherwise what `call` throws. What `isOutage` denies is an answer.
   */
  run<T>(call: () => Promise<T>): Promise<T>;
  /** When the dependency last gave no answer (milliseconds since 1970), or null when it has answered since. */
  lastOutageAt(): number | null;
}

interface BreakerOptions {
  /** Whether an error means that the dependency is down, and not that we asked for something wrong. */
  isOutage: (error: unknown) => boolean;
  now?: () => number;
}

const FAILURES = 5;
const WINDOW_MS = 10_000;
const OPEN_MS = 5_000;

/**
 * A circuit breaker for one dependency: five failures within ten seconds open it for five seconds,
 * then one probe decides. A probe that hangs decides nothing: five seconds later the next goes through, so
 * that a dependency that is back is found within that time, however long its callers wait for an answer.
 * One per isolate: it holds no request's promise, only counts and times.
 */
export function createBreaker(
  dependency: string,
  { isOutage, now = Date.now }: BreakerOptions,
): Breaker {
  let failedAt: number[] = [];
  /** Until when nothing is called; 0 while it is closed. */
  let openUntil = 0;

  function recordFailure(): void {
    failedAt = [...failedAt.filter((time) => time > now() - WINDOW_MS), now()];
    if (openUntil > 0 || failedAt.length >= FAILURES) openUntil = now() + OPEN_MS;
  }

  function recordAnswer(): void {
    failedAt = [];
    openUntil = 0;
  }

  return {
    async run(call) {
      if (now() < openUntil)
        throw new DependencyError(dependency, new Error("circuit breaker is open"));
      // What comes after its time is the probe, and opens it for all others meanwhile.
      if (openUntil > 0) openUntil = now() + OPEN_MS;
      try {
        const result = await call();
        recordAnswer();
        return result;
      } catch (error) {
        if (isOutage(error)) recordFailure();
        // To refuse what was asked is an answer, too.
        else recordAnswer();
        throw error;
      }
    },
    lastOutageAt: () => failedAt.at(-1) ?? null,
  };
}
