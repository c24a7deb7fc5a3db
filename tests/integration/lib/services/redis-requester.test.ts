import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { createRequester } from "#lib/services/redis-requester.ts";
import { openRedis } from "#lib/services/redis.ts";

const TOKEN = "a-token-of-tests";

interface Asked {
  path: string;
  syncToken: string | undefined;
  authorization: string | undefined;
}

/** Upstash as far as these tests need it: each request is answered by the next of the answers. */
async function serve(...answers: ((response: ServerResponse) => void)[]) {
  const asked: Asked[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    request.resume();
    const { authorization } = request.headers;
    const syncToken = request.headers["upstash-sync-token"]?.toString();
    asked.push({ path: request.url ?? "", syncToken, authorization });
    answers.shift()?.(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/redis/`;
  return { url, asked };
}

const say =
  (answer: unknown, status = 200, syncToken?: string) =>
  (response: ServerResponse) =>
    response
      .writeHead(status, syncToken ? { "Upstash-Sync-Token": syncToken } : {})
      .end(JSON.stringify(answer));
const hangUp = (response: ServerResponse) => response.destroy();

test("commands that are given at once are one request, and the next sees what they wrote", async () => {
  const { url, asked } = await serve(
    say([{ result: 1 }, { result: 2 }], 200, "as-of-two"),
    say([{ result: '{"a":1}' }]),
  );
  const redis = openRedis({ url, token: TOKEN });
  const both = redis.run((client) => Promise.all([client.incr("a"), client.incr("b")]));
  expect(await both).toEqual([1, 2]);
  expect(await redis.run((client) => client.get("c"))).toEqual({ a: 1 });
  const authorization = `Bearer ${TOKEN}`;
  expect(asked).toEqual([
    { path: "/redis/pipeline", syncToken: "", authorization },
    { path: "/redis/pipeline", syncToken: "as-of-two", authorization },
  ]);
});

test("a transaction is one request of its own", async () => {
  const { url, asked } = await serve(say([{ result: 1 }, { result: 2 }]));
  const redis = openRedis({ url, token: TOKEN });
  const answer = redis.run((client) => client.multi().incr("a").incr("a").exec());
  expect(await answer).toEqual([1, 2]);
  expect(asked.map(({ path }) => path)).toEqual(["/redis/multi-exec"]);
});

test("S76: a connection that breaks is tried once more, and then it is an outage", async () => {
  const { url, asked } = await serve(hangUp, say([{ result: 1 }]), hangUp, hangUp);
  const redis = openRedis({ url, token: TOKEN });
  expect(await redis.run((client) => client.incr("a"))).toBe(1);
  expect(asked).toHaveLength(2);
  await expect(redis.run((client) => client.incr("a"))).rejects.toMatchObject({
    dependency: "redis",
  });
  expect(asked).toHaveLength(4);
});

test("S66: what Redis refuses is an error that does not repeat the command", async () => {
  const { url } = await serve(say({ error: "ERR no such thing" }, 400), say("", 502));
  const { request } = createRequester({ url, token: TOKEN, timeoutMs: 5_000 });
  const command = { path: ["pipeline"], body: [["SET", "session:1", "whose it is"]] };
  await expect(request(command)).rejects.toThrow(/^ERR no such thing$/);
  await expect(request(command)).rejects.toThrow(/^HTTP 502$/);
});

test("S40 S76: an answer that is none, such as a redirect, is an outage", async () => {
  const { url, asked } = await serve((response) =>
    response.writeHead(307, { location: "http://127.0.0.1:9/" }).end(),
  );
  const redis = openRedis({ url, token: TOKEN });
  await expect(redis.run((client) => client.get("a"))).rejects.toMatchObject({
    dependency: "redis",
  });
  expect(asked).toHaveLength(1);
});
