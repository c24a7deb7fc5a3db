/** How many second tries a dependency may be asked for; shared by all requests of an isolate. */
export interface RetryBudget {
  /** Notes a first try. */
  earn(): void;
  /** Takes what one second try costs; false when there is nothing left, and the failure stands. */
  spend(): boolean;
}

const SHARE = 0.1;
const MOST = 10;

/**
 * A token bucket: each first try earns a tenth of a second one, and ten of them may be saved. A failure now and then is
 * tried again; an outage is not made worse by twice as many calls (AWS Builders' Library, "Timeouts, retries, and backoff with
 * jitter"). One per dependency and isolate: it holds a count alone.
 */
export function createRetryBudget(): RetryBudget {
  let saved = MOST;
  return {
    earn() {
      saved = Math.min(MOST, saved + SHARE);
    },
    spend() {
      if (saved < 1) return false;
      saved -= 1;
      return true;
    },
  };
}
