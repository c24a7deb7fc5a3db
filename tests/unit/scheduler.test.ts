import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { callJobs, JOBS } from "../../scheduler/call-jobs.ts";
import scheduler from "../../scheduler/worker.ts";

test("every job is called with the secret, and those that did not answer 200 are told", async () => {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    calls.push(
      `${request.method ?? ""} ${request.url ?? ""} ${request.headers.authorization ?? ""}`,
    );
    response.writeHead(request.url === "/api/jobs/reconcile" ? 503 : 200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const { port } = server.address() as AddressInfo;
  const results = await callJobs(`http://localhost:${port}`, "secret");
  server.close();
  expect(calls.sort()).toEqual(JOBS.map((job) => `POST /api/jobs/${job} Bearer secret`).sort());
  expect(results).toEqual([{ job: "reconcile", status: 503 }]);
});

test("a shop that is not there is status 0 and no throw", async () => {
  const results = await callJobs("http://localhost:9", "secret");
  expect(results.map(({ status }) => status)).toEqual(JOBS.map(() => 0));
});

test("a job that was refused is an error in the log, without the secret", async () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
  onTestFinished(() => log.mockRestore());
  await scheduler.scheduled(null, { SITE_URL: "http://localhost:9", JOBS_SECRET: "secret" });
  const lines = log.mock.calls.map(([line]) => String(line));
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
    JOBS.map((job) => ({ level: "error", event: "job-failed", job, status: 0 })),
  );
  expect(lines.join("")).not.toContain("secret");
});
