import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { openDatabase } from "#lib/services/database.ts";
import { openRedis } from "#lib/services/redis.ts";

const CALLS = 300;

/** A vendor that hangs up on every second request, and answers the others with the same. */
async function serveHalf(answer: unknown) {
  let asked = 0;
  const server = createServer((request, response) => {
    request.resume();
    asked += 1;
    if (asked % 2 === 0) response.destroy();
    else response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    asked: () => asked,
  };
}

/** Calls one after another; gives how many failed. */
async function callOften(call: () => Promise<unknown>): Promise<number> {
  let failed = 0;
  for (let count = 0; count < CALLS; count++)
    await call().catch(() => {
      failed += 1;
    });
  return failed;
}

test("a database that fails half of the time is asked 1.2 times as often at most", async () => {
  const { url, asked } = await serveHalf({ command: "SELECT", rowCount: 0, rows: [], fields: [] });
  const database = openDatabase({ url: "postgresql://user:x@db.example.org/shop", bridgeUrl: url });
  const failed = await callOften(() => database.read`SELECT 1`);
  expect(asked()).toBeGreaterThan(CALLS);
  expect(asked()).toBeLessThanOrEqual(CALLS * 1.2);
  expect(failed, "what was not tried again has failed").toBeGreaterThan(0);
});

test("a Redis that fails half of the time is asked 1.2 times as often at most", async () => {
  const { url, asked } = await serveHalf([{ result: 1 }]);
  const redis = openRedis({ url: `${url}/redis`, token: "a-token-of-tests" });
  const failed = await callOften(() => redis.run((client) => client.incr("a")));
  expect(asked()).toBeGreaterThan(CALLS);
  expect(asked()).toBeLessThanOrEqual(CALLS * 1.2);
  expect(failed, "what was not tried again has failed").toBeGreaterThan(0);
});
