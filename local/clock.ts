import { callJobs } from "../scheduler/call-jobs.ts";

const PERIOD_MS = 60_000;

/** Where the shop is, and the secret its job endpoints ask for. */
export interface ClockOptions {
  siteUrl: string;
  jobsSecret: string;
  periodMs?: number;
  log?: (line: string) => void;
}

/**
 * Plays the companion Worker (`scheduler/`): calls the shop's jobs once a minute. A shop that does not answer is logged and asked
 * again the next minute. Gives the function that stops it.
 */
export function startClock(options: ClockOptions): () => void {
  const timer = setInterval(() => void tick(options), options.periodMs ?? PERIOD_MS);
  timer.unref();
  return () => clearInterval(timer);
}

async function tick({ siteUrl, jobsSecret, log }: ClockOptions): Promise<void> {
  for (const { job, status } of await callJobs(siteUrl, jobsSecret))
    if (status !== 200) log?.(`job ${job}: ${status === 0 ? "no answer" : status}`);
}
