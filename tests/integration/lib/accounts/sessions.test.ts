import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  ABSOLUTE_SECONDS,
  createSession,
  endAllSessions,
  endSession,
  IDLE_SECONDS,
  MAX_SESSIONS_PER_USER,
  readSession,
} from "#lib/accounts/sessions.ts";
import { DependencyError } from "#lib/errors.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";

let shop: TestShop;
const now = new Date("2026-11-01T12:00:00Z");
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);

beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.stop());

function person() {
  return { id: randomUUID(), email: "kim@example.com", name: "Kim", role: "learner" as const };
}

test("the id opens the session, and Redis does not hold the id (ASVS V7.2)", async () => {
  const { redis } = shop.services;
  const user = person();
  const id = await createSession(redis, user, now);
  expect(Buffer.from(id, "base64url")).toHaveLength(32);
  expect(await readSession(redis, id, now)).toMatchObject({ userId: user.id, name: "Kim" });
  const keys = await redis.run((client) => client.keys("*"));
  const values = await Promise.all(
    keys.map((key) =>
      redis.run(async (client) => (key.startsWith("session:") ? client.get(key) : null)),
    ),
  );
  expect(JSON.stringify([keys, values])).not.toContain(id);
});

test("a made-up id opens nothing", async () => {
  expect(await readSession(shop.services.redis, "x".repeat(43), now)).toBeNull();
});

test("reading starts the idle time anew, and the absolute one ends it all the same", async () => {
  const { redis } = shop.services;
  const id = await createSession(redis, person(), now);
  const [key = ""] = (await redis.run((client) => client.keys("session:*"))).slice(-1);
  await redis.run((client) => client.expire(key, 60));
  expect(await readSession(redis, id, later(1))).not.toBeNull();
  const ttls = await Promise.all(
    (await redis.run((client) => client.keys("session:*"))).map((each) =>
      redis.run((client) => client.ttl(each)),
    ),
  );
  expect(Math.min(...ttls)).toBeGreaterThan(IDLE_SECONDS - 60);
  expect(await readSession(redis, id, later(ABSOLUTE_SECONDS))).toBeNull();
  expect(await readSession(redis, id, now)).toBeNull();
});

test("signing out ends one session, signing out everywhere all of that person", async () => {
  const { redis } = shop.services;
  const user = person();
  const other = await createSession(redis, person(), now);
  const [one, two, three] = await Promise.all([1, 2, 3].map(() => createSession(redis, user, now)));
  await endSession(redis, one ?? "", user.id);
  expect(await readSession(redis, one ?? "", now)).toBeNull();
  expect(await readSession(redis, two ?? "", now)).not.toBeNull();
  await endAllSessions(redis, user.id);
  expect(await readSession(redis, two ?? "", now)).toBeNull();
  expect(await readSession(redis, three ?? "", now)).toBeNull();
  expect(await readSession(redis, other, now)).not.toBeNull();
});

test("one device too many ends the oldest session", async () => {
  const { redis } = shop.services;
  const user = person();
  const ids: string[] = [];
  for (let index = 0; index <= MAX_SESSIONS_PER_USER; index++)
    ids.push(await createSession(redis, user, later(index)));
  const alive = await Promise.all(ids.map((id) => readSession(redis, id, now)));
  expect(alive.map((session) => session !== null)).toEqual([
    false,
    ...Array.from({ length: MAX_SESSIONS_PER_USER }, () => true),
  ]);
});

test("a silent Redis is an outage within its budget, not a signed-out visitor", async () => {
  shop.faults.set("redis", "hang");
  const startedAt = Date.now();
  await expect(readSession(shop.services.redis, "x".repeat(43), now)).rejects.toBeInstanceOf(
    DependencyError,
  );
  expect(Date.now() - startedAt).toBeLessThan(1_500);
  shop.faults.set("redis", null);
});
