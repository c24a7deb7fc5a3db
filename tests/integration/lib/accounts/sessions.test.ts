import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  createSession,
  endAllSessions,
  endSession,
  MAX_SESSIONS_PER_USER,
  readSession,
  sessionKey,
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

test("S20 S21: the id opens the session, and Redis does not hold the id (ASVS V7.2)", async () => {
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

test("S20: a made-up id opens nothing", async () => {
  expect(await readSession(shop.services.redis, "x".repeat(43), now)).toBeNull();
});

test("S23: a week without a request ends a session, and each request begins it anew", async () => {
  const { redis } = shop.services;
  const week = 7 * 24 * 60 * 60;
  const id = await createSession(redis, person(), now);
  const key = sessionKey(id);
  const secondsLeft = () => redis.run((client) => client.ttl(key));
  expect(await secondsLeft()).toBeLessThanOrEqual(week);
  await redis.run((client) => client.expire(key, 60));
  expect(await readSession(redis, id, later(1))).not.toBeNull();
  expect(await secondsLeft()).toBeLessThanOrEqual(week);
  expect(await secondsLeft()).toBeGreaterThan(week - 60);
  // As Redis does when the week is over; the browser still sends its cookie.
  await redis.run((client) => client.expireat(key, 1));
  expect(await readSession(redis, id, later(2))).toBeNull();
});

test("S24: thirty days end a session that is used all the time, to the minute and for good", async () => {
  const { redis } = shop.services;
  const day = 24 * 60 * 60;
  const id = await createSession(redis, person(), now);
  for (let days = 1; days < 30; days++)
    expect(await readSession(redis, id, later(days * day)), `${days} days`).not.toBeNull();
  expect(await readSession(redis, id, later(30 * day - 60))).not.toBeNull();
  expect(await readSession(redis, id, later(30 * day))).toBeNull();
  expect(await readSession(redis, id, now)).toBeNull();
});

test("S25 S26: signing out ends one session, signing out everywhere all of that person", async () => {
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

test("S27: one device too many ends the oldest session", async () => {
  const { redis } = shop.services;
  const user = person();
  const ids: string[] = [];
  expect(MAX_SESSIONS_PER_USER, "as docs/security.md says").toBe(10);
  for (let index = 0; index <= MAX_SESSIONS_PER_USER; index++)
    ids.push(await createSession(redis, user, later(index)));
  const alive = await Promise.all(ids.map((id) => readSession(redis, id, now)));
  expect(alive.map((session) => session !== null)).toEqual([
    false,
    ...Array.from({ length: MAX_SESSIONS_PER_USER }, () => true),
  ]);
});

test("S76: a silent Redis is an outage within its budget, not a signed-out visitor", async () => {
  shop.faults.set("redis", "hang");
  const startedAt = Date.now();
  await expect(readSession(shop.services.redis, "x".repeat(43), now)).rejects.toBeInstanceOf(
    DependencyError,
  );
  expect(Date.now() - startedAt).toBeLessThan(1_500);
  shop.faults.set("redis", null);
});
