import { readFileSync } from "node:fs";
import { expect, onTestFinished, test, vi } from "vitest";
import { startClock } from "#local/clock.ts";
import { JOBS } from "../../../scheduler/call-jobs.ts";
import scheduler from "../../../scheduler/worker.ts";
import { serve } from "./service-fixture.ts";

/** A shop whose job "reconcile" answers 503, with the calls it got. */
async function openJobs() {
  const calls: string[] = [];
  const siteUrl = await serve({
    handle({ method, url, headers }, response) {
      calls.push(`${method} ${url} ${headers.authorization}`);
      response.writeHead(url === "/api/jobs/reconcile" ? 503 : 200).end();
      return Promise.resolve();
    },
    close: async () => {},
  });
  return { siteUrl, calls };
}

/** A clock on fake time, stopped with the test; `fetched` counts its calls as they begin. */
function startFakeClock(siteUrl: string) {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const fetched = vi.spyOn(globalThis, "fetch");
  const lines: string[] = [];
  const stop = startClock({ siteUrl, jobsSecret: "secret", log: (line) => lines.push(line) });
  onTestFinished(() => {
    stop();
    vi.useRealTimers();
    fetched.mockRestore();
  });
  return { stop, lines, fetched };
}

test("each minute it calls what the companion Worker calls, and logs the job that refuses", async () => {
  const { siteUrl, calls } = await openJobs();
  const { lines } = startFakeClock(siteUrl);
  vi.advanceTimersByTime(60_000);
  await expect.poll(() => lines).toEqual(["job reconcile: 503"]);
  const called = calls.splice(0).sort();
  expect(called).toEqual(JOBS.map((job) => `POST /api/jobs/${job} Bearer secret`).sort());

  const errors = vi.spyOn(console, "error").mockImplementation(() => undefined);
  onTestFinished(() => errors.mockRestore());
  await scheduler.scheduled(null, { SITE_URL: siteUrl, JOBS_SECRET: "secret" });
  expect(calls.sort()).toEqual(called);
});

test("its minute is that of the companion Worker's cron triggers, until it is stopped", async () => {
  const { siteUrl } = await openJobs();
  const { stop, fetched } = startFakeClock(siteUrl);
  vi.advanceTimersByTime(59_999);
  expect(fetched).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(fetched).toHaveBeenCalledTimes(JOBS.length);
  stop();
  vi.advanceTimersByTime(180_000);
  expect(fetched).toHaveBeenCalledTimes(JOBS.length);
  const triggers = readFileSync("scheduler/wrangler.toml", "utf8").match(/^crons = .*$/gm);
  expect(new Set(triggers)).toEqual(new Set(['crons = ["* * * * *"]']));
});

test("a shop that is not there is logged for each job, without the secret, and asked again", async () => {
  const { lines } = startFakeClock("http://localhost:9");
  vi.advanceTimersByTime(60_000);
  await expect.poll(() => lines.length).toBe(JOBS.length);
  vi.advanceTimersByTime(60_000);
  await expect.poll(() => lines.length).toBe(2 * JOBS.length);
  expect(new Set(lines)).toEqual(new Set(JOBS.map((job) => `job ${job}: no answer`)));
});
