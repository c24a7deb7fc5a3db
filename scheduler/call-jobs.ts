/** What the shop wants done each minute, in `src/pages/api/jobs`. */
export const JOBS = ["outbox", "reconcile", "cleanup"] as const;

const TIMEOUT_MS = 25_000;

export interface JobResult {
  job: string;
  /** HTTP status, or 0 when the shop gave no answer. */
  status: number;
}

/** Calls every job at once and gives those that did not answer 200; throws nothing. */
export async function callJobs(siteUrl: string, secret: string): Promise<JobResult[]> {
  const results = await Promise.all(JOBS.map((job) => callJob(siteUrl, secret, job)));
  return results.filter(({ status }) => status !== 200);
}

async function callJob(siteUrl: string, secret: string, job: string): Promise<JobResult> {
  try {
    const response = await fetch(`${siteUrl}/api/jobs/${job}`, {
      method: "POST",
      headers: { Authorization: `Bearer ${secret}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: "manual",
    });
    await response.body?.cancel();
    return { job, status: response.status };
  } catch {
    return { job, status: 0 };
  }
}
