import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ratelimit } from "@upstash/ratelimit";
import { describe, expect, onTestFinished, test } from "vitest";
import { startRedis } from "#local/redis.ts";
import { readSnapshot } from "#local/redis-snapshot.ts";
import { connectRedis, type Reply } from "#local/resp.ts";
import { openRedis, REDIS_ENGINES } from "./service-fixture.ts";

const UPSTASH_SCRIPT = `#!lua flags=allow-key-locking
return redis.call("INCRBY", KEYS[1], ARGV[1])`;

describe.each(REDIS_ENGINES)("%s", (engine) => {
  test("strings keep what they are: text, numbers, objects, Unicode, NUL and nothing", async () => {
    const { redis } = await openRedis(engine);
    for (const value of [
      "plain",
      42,
      { nested: ["ä", null, true] },
      "日本語 🚀",
      "a\0b\r\nc",
      "",
    ]) {
      await redis.set("key", value);
      expect(await redis.get("key")).toEqual(value);
    }
    expect(await redis.get("absent")).toBeNull();
    expect(await redis.mget("key", "absent")).toEqual(["", null]);
  });

  test("answers are the same with and without the base64 encoding", async () => {
    const { redis, connect } = await openRedis(engine);
    const plain = connect({ responseEncoding: false });
    await redis.set("key", "grün, 日本");
    expect(await plain.get("key")).toBe("grün, 日本");
    expect(await redis.get("key")).toBe("grün, 日本");
    expect(await redis.type("key")).toBe("string");
  });

  test("SET's conditions, GETEX and GETDEL work with expiries", async () => {
    const { redis } = await openRedis(engine);
    expect(await redis.set("lock", "a", { nx: true, ex: 60 })).toBe("OK");
    expect(await redis.set("lock", "b", { nx: true, ex: 60 })).toBeNull();
    expect(await redis.getex("lock", { ex: 600 })).toBe("a");
    expect(await redis.ttl("lock")).toBeGreaterThan(590);
    expect(await redis.getex("lock", { persist: true })).toBe("a");
    expect(await redis.ttl("lock")).toBe(-1);
    expect(await redis.getdel("lock")).toBe("a");
    expect(await redis.ttl("lock")).toBe(-2);
  });

  test("hashes, sets, sorted sets and lists", async () => {
    const { redis } = await openRedis(engine);
    await redis.hset("hash", { name: "Ann", visits: 1 });
    await redis.hincrby("hash", "visits", 2);
    expect(await redis.hgetall("hash")).toEqual({ name: "Ann", visits: 3 });
    await redis.sadd("set", "a", "b", "b");
    await redis.srem("set", "a");
    expect(await redis.smembers("set")).toEqual(["b"]);
    await redis.zadd("board", { score: 2.5, member: "two" }, { score: 1, member: "one" });
    expect(await redis.zrange("board", 0, -1, { withScores: true })).toEqual([
      "one",
      1,
      "two",
      2.5,
    ]);
    expect(await redis.zscore("board", "two")).toBe(2.5);
    await redis.rpush<unknown>("list", "a", { b: 1 });
    await redis.lpush("list", "first");
    expect(await redis.lrange("list", 0, -1)).toEqual(["first", "a", { b: 1 }]);
    expect(await redis.del("hash", "set", "board", "list")).toBe(4);
  });

  test("a pipeline runs on after a command that fails", async () => {
    const { redis } = await openRedis(engine);
    const pipeline = redis.pipeline().set("text", "x").incr("text").set("after", 1);
    const [first, second, third] = await pipeline.exec({ keepErrors: true });
    expect(first.result).toBe("OK");
    expect(second.error).toContain("not an integer");
    expect(third.result).toBe("OK");
  });

  test("MULTI gives all results, and nobody comes in between", async () => {
    const { redis } = await openRedis(engine);
    const rounds = Array.from({ length: 20 }, () =>
      redis.multi().incr("count").incr("count").exec<[number, number]>(),
    );
    for (const [one, two] of await Promise.all(rounds)) expect(two).toBe(one + 1);
    expect(await redis.get("count")).toBe(40);
  });

  test("MULTI with a command that does not exist changes nothing", async () => {
    const { send, redis } = await openRedis(engine);
    const response = await send('[["SET","key","1"],["NOSUCH"]]', "/multi-exec");
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: expect.stringContaining("EXECABORT") as string,
    });
    expect(await redis.exists("key")).toBe(0);
  });

  test("scripts for Upstash alone run, and keep the hash their client knows", async () => {
    const { redis } = await openRedis(engine);
    const hash = createHash("sha1").update(UPSTASH_SCRIPT).digest("hex");
    await expect(redis.evalsha(hash, ["n"], [1])).rejects.toThrow("NOSCRIPT");
    expect(await redis.eval(UPSTASH_SCRIPT, ["n"], [5])).toBe(5);
    expect(await redis.evalsha(hash, ["n"], [2])).toBe(7);
    expect(await redis.scriptLoad(UPSTASH_SCRIPT)).toBe(hash);
    expect(await redis.scriptExists(hash)).toEqual([1]);
  });

  test("errors come as Redis words them", async () => {
    const { redis, connect } = await openRedis(engine);
    await redis.set("text", "x");
    await expect(redis.lpush("text", 1)).rejects.toThrow("WRONGTYPE");
    await expect(redis.eval("return nothing.here", [], [])).rejects.toThrow("ERR");
    await expect(connect({ token: "another" }).get("text")).rejects.toThrow("WRONGPASS");
  });

  test.each(["not json", "[]", "{}", "null", ""])(
    "the body %j is refused with 400",
    async (body) => {
      const { send } = await openRedis(engine);
      for (const path of ["", "/pipeline", "/multi-exec"])
        expect((await send(body, path)).status).toBe(400);
    },
  );

  test("commands that would block or turn the shared connection are refused", async () => {
    const { send } = await openRedis(engine);
    for (const name of ["SUBSCRIBE", "multi", "BLPOP", "Select", "SHUTDOWN", "CONFIG"]) {
      const response = await send(JSON.stringify([name, "a", "0"]));
      expect(response.status).toBe(400);
      expect(await response.json()).toEqual({
        error: expect.stringContaining("not available") as string,
      });
    }
  });

  test("a subscriber hears what is published to its channel only", async () => {
    const { redis } = await openRedis(engine);
    const subscriber = redis.subscribe<{ n: number }>(["news"]);
    onTestFinished(() => subscriber.unsubscribe());
    const messages: unknown[] = [];
    const second = new Promise<void>((resolve) => {
      subscriber.on("message", ({ message }) => {
        if (messages.push(message) === 2) resolve();
      });
    });
    await new Promise((resolve) => {
      subscriber.on("subscribe", resolve);
    });
    await redis.publish("other", { n: 0 });
    expect(await redis.publish("news", { n: 1 })).toBe(1);
    await redis.publish("news", { n: 2 });
    await second;
    expect(messages).toEqual([{ n: 1 }, { n: 2 }]);
  });

  test.each([
    ["fixedWindow", Ratelimit.fixedWindow(3, "1 h")],
    ["slidingWindow", Ratelimit.slidingWindow(3, "1 h")],
    ["tokenBucket", Ratelimit.tokenBucket(1, "1 h", 3)],
  ] as const)("the limiter's %s lets three through, each key by itself", async (_name, limiter) => {
    const { redis } = await openRedis(engine);
    const limit = new Ratelimit({ redis, limiter, ephemeralCache: false, timeout: 0 });
    const answers: boolean[] = [];
    for (let call = 0; call < 5; call++) answers.push((await limit.limit("ann")).success);
    expect(answers).toEqual([true, true, true, false, false]);
    expect((await limit.limit("ben")).success).toBe(true);
    await limit.resetUsedTokens("ann");
    expect((await limit.limit("ann")).success).toBe(true);
  });

  test("faults look as they do at Upstash: wrong token, full, read-only", async () => {
    const { redis, faults } = await openRedis(engine);
    await redis.set("key", "kept");
    faults.set("redis", "credentials");
    await expect(redis.get("key")).rejects.toThrow("WRONGPASS");
    for (const [fault, message] of [
      ["full", "OOM"],
      ["readonly", "READONLY"],
    ] as const) {
      faults.set("redis", fault);
      await expect(redis.set("key", "new")).rejects.toThrow(message);
      await expect(redis.multi().hset("hash", { a: 1 }).exec()).rejects.toThrow(message);
      await expect(redis.mset({ key: "new" })).rejects.toThrow(message);
      expect(await redis.get("key")).toBe("kept");
    }
    faults.set("redis", null);
    expect(await redis.set("key", "new")).toBe("OK");
  });

  test("what it held is there after a restart, without what expired", async () => {
    const parent = mkdtempSync(join(tmpdir(), "slipway-redis-"));
    onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
    const folder = join(parent, "redis");
    const first = await startRedis({ folder, engine });
    expect(first.engine).toBe(engine);
    const before = connectRedis(() => first.dial());
    const binary = Buffer.from([0, 255, 13, 10, 128]);
    await before.batch([
      ["SET", "binary", binary],
      ["SET", "short", "x", "PX", 1],
      ["SET", "long", "x", "EX", 600],
      ["HSET", "hash", "a", "1", "b", ""],
      ["RPUSH", "list", "x", "y", "x"],
      ["SADD", "set", "m"],
      ["ZADD", "board", "1.5", "one", "-2", "two"],
    ]);
    await first.close();
    const second = await startRedis({ folder, engine });
    onTestFinished(() => second.close());
    const after = connectRedis(() => second.dial());
    const strings = (reply: unknown): string[] => (reply as Buffer[]).map(String);
    expect(await after.command("GET", "binary")).toEqual(binary);
    expect(await after.command("EXISTS", "short")).toBe(0);
    expect(await after.command("TTL", "long")).toBeGreaterThan(590);
    expect(strings(await after.command("HGETALL", "hash"))).toEqual(["a", "1", "b", ""]);
    expect(strings(await after.command("LRANGE", "list", 0, -1))).toEqual(["x", "y", "x"]);
    expect(strings(await after.command("SMEMBERS", "set"))).toEqual(["m"]);
    const board = await after.command("ZRANGE", "board", 0, -1, "WITHSCORES");
    expect(strings(board)).toEqual(["two", "-2", "one", "1.5"]);
    if (process.platform !== "win32")
      expect(statSync(folder).mode & 0o077, "for its owner only").toBe(0);
  });

  test("without a folder nothing is written", async () => {
    const server = await startRedis({ folder: null, engine });
    const connection = connectRedis(() => server.dial());
    await connection.command("SET", "key", "x");
    connection.close();
    await server.close();
    expect(readdirSync(".").filter((name) => /rdb|snapshot/.test(name))).toEqual([]);
  });
});

test("a key that expires while the snapshot is taken is left out of it", async () => {
  const answers: Record<string, unknown> = {
    SCAN: [Buffer.from("0"), [Buffer.from("gone")]],
    TYPE: { status: "hash" },
  };
  const snapshot = await readSnapshot({
    command: (name) => Promise.resolve(answers[String(name)] as Reply),
    batch: () => Promise.resolve([[], -2]),
    listen: () => Promise.resolve(),
    close: () => undefined,
  });
  expect(snapshot).toEqual([]);
});
