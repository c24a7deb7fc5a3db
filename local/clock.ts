import { callJobs } from "../scheduler/call-jobs.ts";

const PERIOD_MS = 60_000;

/** Where the shop is, and the secret its job endpoints ask for. */
export interface ClockOptions {
  siteUrl: string;
  jobsSecret: string;
  log?: (line: string) => void;
}

/**
 * Plays the companion Worker (`scheduler/`): calls the shop's jobs once a minute. A job that does not answer 200 is logged and asked
 * again the next minute. Gives the function that stops it.
 */
export function startClock(options: ClockOptions): () => void {
  const timer = setInterval(() => void tick(options), PERIOD_MS);
  timer.unref();
  return () => clearInterval(timer);
}

async function tick({ siteUrl, jobsSecret, log }: ClockOptions): Promise<void> {
  for (const { job, status } of await callJobs(siteUrl, jobsSecret))
    log?.(`job ${job}: ${status === 0 ? "no answer" : status}`);
}
