const JOBS = ["outbox", "reconcile"];
const PERIOD_MS = 60_000;
const TIMEOUT_MS = 30_000;

/** Where the shop is, and the secret its job endpoints ask for. */
export interface ClockOptions {
  siteUrl: string;
  jobsSecret: string;
  periodMs?: number;
  log?: (line: string) => void;
}

/**
 * Plays the companion Worker (`scheduler/`): calls each job of the shop once a minute. A shop that
 * does not answer is logged and asked again the next minute. Gives the function that stops it.
 */
export function startClock(options: ClockOptions): () => void {
  const stopped = new AbortController();
  const timer = setInterval(() => {
    for (const job of JOBS) void call(job, options, stopped.signal);
  }, options.periodMs ?? PERIOD_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    stopped.abort();
  };
}

async function call(job: string, options: ClockOptions, stopped: AbortSignal): Promise<void> {
  try {
    const response = await fetch(`${options.siteUrl}/api/jobs/${job}`, {
      method: "POST",
      headers: { authorization: `Bearer ${options.jobsSecret}` },
      signal: AbortSignal.any([stopped, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    await response.body?.cancel();
    if (!response.ok) options.log?.(`job ${job}: the shop answered ${response.status}`);
  } catch (error) {
    if (!stopped.aborted) options.log?.(`job ${job}: ${(error as Error).message}`);
  }
}
