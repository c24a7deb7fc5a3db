import { afterAll, beforeAll, expect, test } from "vitest";
import {
  endListedSession,
  endOtherSessions,
  listSessions,
  renameSessions,
} from "#lib/accounts/session-list.ts";
import { createSession, readSession, sessionKey } from "#lib/accounts/sessions.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import { DEVICE, makeAccount, openSessions } from "./account.ts";

let shop: TestShop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.stop());

test("S26: a person sees their sessions, this one first, with device and when it was last used", async () => {
  const { redis } = shop.services;
  const user = await makeAccount(shop);
  const { ids } = await openSessions(shop, user);
  const [first = "", , third = ""] = ids;
  await redis.run((client) => client.expire(sessionKey(first), 6 * 24 * 60 * 60));
  const now = new Date();
  const sessions = await listSessions(redis, user.id, { currentId: third, now });
  expect(sessions.map(({ isCurrent }) => isCurrent)).toEqual([true, false, false]);
  expect(sessions.every(({ device }) => device?.name === DEVICE.name)).toBe(true);
  const later = new Date(now.getTime() + 2 * 24 * 60 * 60_000);
  const seen = await listSessions(redis, user.id, { currentId: third, now: later });
  const daysAgo = (later.getTime() - (seen.at(-1)?.lastSeenAt.getTime() ?? 0)) / 86_400_000;
  expect(daysAgo).toBeCloseTo(1, 1);
  expect(JSON.stringify(sessions)).not.toContain(third);
});

test("S26: one session is ended by its reference, then all others", async () => {
  const { redis } = shop.services;
  const user = await makeAccount(shop);
  const { ids, countOpen } = await openSessions(shop, user);
  const [first = "", second = "", third = ""] = ids;
  const now = new Date();
  const list = () => listSessions(redis, user.id, { currentId: third, now });
  const reference = sessionKey(first).slice("session:".length, "session:".length + 16);
  expect(await endListedSession(redis, user.id, reference)).toBe(true);
  expect(await endListedSession(redis, user.id, reference)).toBe(false);
  expect(await readSession(redis, first, now)).toBeNull();
  expect(await readSession(redis, second, now)).not.toBeNull();
  expect(await list()).toHaveLength(2);
  await endOtherSessions(redis, user.id, third);
  expect(await countOpen()).toBe(1);
  expect(await list()).toMatchObject([{ isCurrent: true }]);
});

test("S26 S32: a reference ends nothing of another person", async () => {
  const { redis } = shop.services;
  const [user, other] = [await makeAccount(shop), await makeAccount(shop)];
  const { countOpen } = await openSessions(shop, other);
  const [theirs] = await listSessions(redis, other.id, { currentId: "", now: new Date() });
  expect(await endListedSession(redis, user.id, theirs?.reference ?? "")).toBe(false);
  expect(await countOpen()).toBe(3);
});

test("a new name is said by every open session, and makes none last longer or come back", async () => {
  const { redis } = shop.services;
  const [user, other] = [await makeAccount(shop), await makeAccount(shop)];
  const { ids, countOpen } = await openSessions(shop, user);
  const [first = "", second = "", third = ""] = ids;
  const { ids: others } = await openSessions(shop, other);
  const now = new Date();
  await redis.run((client) => client.expire(sessionKey(first), 600));
  await redis.run((client) => client.del(sessionKey(third)));
  await renameSessions(redis, user.id, "Robin");
  // Asked first: to read a session makes it last longer.
  const secondsLeft = await redis.run((client) => client.ttl(sessionKey(first)));
  expect(secondsLeft).toBeGreaterThan(0);
  expect(secondsLeft).toBeLessThanOrEqual(600);
  expect(await readSession(redis, first, now)).toMatchObject({ userId: user.id, name: "Robin" });
  expect(await readSession(redis, second, now)).toMatchObject({ name: "Robin" });
  expect(await countOpen()).toBe(2);
  expect(await readSession(redis, others[0] ?? "", now)).toMatchObject({ name: "Kim Buyer" });
});

test("S23: a session that ran out is listed no more, and does not count towards the cap", async () => {
  const { redis } = shop.services;
  const user = await makeAccount(shop);
  const { ids } = await openSessions(shop, user);
  await redis.run((client) => client.del(sessionKey(ids[0] ?? "")));
  const about = { currentId: "", now: new Date() };
  expect(await listSessions(redis, user.id, about)).toHaveLength(2);
  expect(await redis.run((client) => client.zcard(`sessions-of:${user.id}`))).toBe(2);
});

test("a session of a former release, without a device, is still open and listed", async () => {
  const { redis } = shop.services;
  const user = await makeAccount(shop);
  const now = new Date();
  const id = await createSession(redis, user, now);
  const stored = await redis.run((client) => client.get<object>(sessionKey(id)));
  const former = Object.fromEntries(Object.entries(stored ?? {}).filter(([k]) => k !== "device"));
  await redis.run((client) => client.set(sessionKey(id), former, { ex: 600 }));
  expect(await readSession(redis, id, now)).toMatchObject({ device: null });
  expect(await listSessions(redis, user.id, { currentId: id, now })).toMatchObject([
    { device: null, isCurrent: true },
  ]);
});
