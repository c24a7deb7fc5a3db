import { callJobs } from "./call-jobs.ts";

interface Environment {
  SITE_URL: string;
  JOBS_SECRET: string;
}

/** Runs each minute: calls every job of the shop. Their answers are in this Worker's log. */
export default {
  async scheduled(_event: unknown, env: Environment): Promise<void> {
    await callJobs(env.SITE_URL, env.JOBS_SECRET);
  },
};
