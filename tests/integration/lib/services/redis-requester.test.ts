import { expect, test } from "vitest";
import { createRequester } from "#lib/services/redis-requester.ts";
import { hangUp, inTurn, redisAt, say, serveVendor } from "./vendor.ts";

const syncedAt = (token: string) => ({ "Upstash-Sync-Token": token });

test("commands that are given at once are one request, and the next sees what they wrote", async () => {
  const { url, asked } = await serveVendor(
    inTurn(
      say([{ result: 1 }, { result: 2 }], 200, syncedAt("as-of-two")),
      say([{ result: '{"a":1}' }]),
    ),
  );
  const redis = redisAt(url);
  const both = redis.run((client) => Promise.all([client.incr("a"), client.incr("b")]));
  expect(await both).toEqual([1, 2]);
  expect(await redis.run((client) => client.get("c"))).toEqual({ a: 1 });
  const authorization = "Bearer a-token-of-tests";
  expect(asked).toMatchObject([
    { path: "/redis/pipeline", headers: { "upstash-sync-token": "", authorization } },
    { path: "/redis/pipeline", headers: { "upstash-sync-token": "as-of-two", authorization } },
  ]);
});

test("a transaction is one request of its own", async () => {
  const { url, asked } = await serveVendor(say([{ result: 1 }, { result: 2 }]));
  const redis = redisAt(url);
  const answer = redis.run((client) => client.multi().incr("a").incr("a").exec());
  expect(await answer).toEqual([1, 2]);
  expect(asked.map(({ path }) => path)).toEqual(["/redis/multi-exec"]);
});

test("S76: a connection that breaks is tried once more, and then it is an outage", async () => {
  const { url, asked } = await serveVendor(inTurn(hangUp, say([{ result: 1 }]), hangUp, hangUp));
  const redis = redisAt(url);
  expect(await redis.run((client) => client.incr("a"))).toBe(1);
  expect(asked).toHaveLength(2);
  await expect(redis.run((client) => client.incr("a"))).rejects.toMatchObject({
    dependency: "redis",
  });
  expect(asked).toHaveLength(4);
});

test("S66: what Redis refuses is an error that does not repeat the command", async () => {
  const { url } = await serveVendor(inTurn(say({ error: "ERR no such thing" }, 400), say("", 502)));
  const { request } = createRequester({ url, token: "a-token-of-tests", timeoutMs: 5_000 });
  const command = { path: ["pipeline"], body: [["SET", "session:1", "whose it is"]] };
  await expect(request(command)).rejects.toThrow(/^ERR no such thing$/);
  await expect(request(command)).rejects.toThrow(/^HTTP 502$/);
});

test("S40 S76: an answer that is none, such as a redirect, is an outage", async () => {
  const { url, asked } = await serveVendor((response) =>
    response.writeHead(307, { location: "http://127.0.0.1:9/" }).end(),
  );
  const redis = redisAt(url);
  await expect(redis.run((client) => client.get("a"))).rejects.toMatchObject({
    dependency: "redis",
  });
  expect(asked).toHaveLength(1);
});
