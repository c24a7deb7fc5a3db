/* eslint-disable no-console -- a Worker of its own, whose log is the only place for it */
import { callJobs } from "./call-jobs.ts";

interface Environment {
  SITE_URL: string;
  JOBS_SECRET: string;
}

/** Runs each minute: calls every job of the shop. What did not answer 200 is an error in this Worker's log. */
export default {
  async scheduled(_event: unknown, env: Environment): Promise<void> {
    for (const { job, status } of await callJobs(env.SITE_URL, env.JOBS_SECRET))
      console.error(JSON.stringify({ level: "error", event: "job-failed", job, status }));
  },
};
