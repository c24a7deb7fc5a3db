import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { endLook, findLookedAt, LOOK_SECONDS, startLook } from "#lib/accounts/admin/look.ts";
import { createSession, endSession, readSession } from "#lib/accounts/sessions.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import { eventsOf, makeAccount } from "./account.ts";
import { makeDue } from "./erasable-person.ts";

const REASON = "Asked why a lesson is closed";
let shop: TestShop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.stop());

async function makeStaff(role = "support") {
  const user = await makeAccount(shop);
  await shop.sql("UPDATE users SET role = $2 WHERE id = $1", [user.id, role]);
  const sessionId = await createSession(shop.services.redis, user, new Date());
  return { id: user.id, sessionId };
}

async function sessionOf(sessionId: string) {
  const session = await readSession(shop.services.redis, sessionId, new Date());
  if (!session) throw new Error("The session has ended.");
  return session;
}

async function look(sessionId: string, personId: string, now = new Date()): Promise<void> {
  const session = await sessionOf(sessionId);
  await startLook(shop.services, { sessionId, session, personId, reason: REASON, now });
}

const seenBy = async (sessionId: string, now = new Date()) =>
  (await findLookedAt(shop.services, await sessionOf(sessionId), now))?.id ?? null;

test("S31: a look is written down with who, whom, why and when, and shown to its owner", async () => {
  const [staff, person] = [await makeStaff(), await makeAccount(shop)];
  await look(staff.sessionId, person.id);
  expect(await seenBy(staff.sessionId)).toBe(person.id);
  const lines = await shop.sql(
    `SELECT actor_id, action, subject_id, reason, happened_at > now() - interval '1 minute' AS recent
     FROM audit_log WHERE subject_id = $1`,
    [person.id],
  );
  expect(lines).toEqual([
    {
      actor_id: staff.id,
      action: "person.look",
      subject_id: person.id,
      reason: REASON,
      recent: true,
    },
  ]);
  expect(await eventsOf(shop, person.id)).toEqual(["looked-at"]);
});

test("S31: it ends after a quarter of an hour, or when it is ended", async () => {
  const [staff, person] = [await makeStaff("admin"), await makeAccount(shop)];
  const now = new Date();
  await look(staff.sessionId, person.id, now);
  const after = (seconds: number) => new Date(now.getTime() + seconds * 1000);
  expect(await seenBy(staff.sessionId, after(LOOK_SECONDS - 1))).toBe(person.id);
  expect(await seenBy(staff.sessionId, after(LOOK_SECONDS))).toBeNull();
  const { sessionId } = staff;
  await endLook(shop.services, { sessionId, session: await sessionOf(sessionId) });
  expect(await seenBy(sessionId)).toBeNull();
  const again = endLook(shop.services, { sessionId, session: await sessionOf(sessionId) });
  await expect(again).rejects.toMatchObject({ code: "conflict" });
});

test("S31: it ends with the role of who looks, and with their lock", async () => {
  for (const change of ["role = 'learner'", "locked_at = now()"]) {
    const [staff, person] = [await makeStaff(), await makeAccount(shop)];
    await look(staff.sessionId, person.id);
    await shop.sql(`UPDATE users SET ${change} WHERE id = $1`, [staff.id]);
    expect(await seenBy(staff.sessionId), change).toBeNull();
  }
});

test("S31: nobody looks at staff, at what is erased, or at nobody", async () => {
  const staff = await makeStaff();
  for (const role of ["support", "admin"]) {
    const { id } = await makeStaff(role);
    await expect(look(staff.sessionId, id)).rejects.toMatchObject({ code: "conflict" });
    expect(await eventsOf(shop, id)).toEqual([]);
  }
  await expect(look(staff.sessionId, randomUUID())).rejects.toMatchObject({ code: "not-found" });
  const person = await makeAccount(shop);
  await look(staff.sessionId, person.id);
  await shop.sql("UPDATE users SET role = 'admin' WHERE id = $1", [person.id]);
  expect(await seenBy(staff.sessionId)).toBeNull();
  const gone = await makeAccount(shop);
  await look(staff.sessionId, gone.id);
  await makeDue(shop, gone);
  await shop.sql(
    "UPDATE users SET erased_at = now(), email = id || '@erased.invalid' WHERE id = $1",
    [gone.id],
  );
  expect(await seenBy(staff.sessionId)).toBeNull();
});

test("S26: a session that has ended is not made anew by a look", async () => {
  const [staff, person] = [await makeStaff(), await makeAccount(shop)];
  const session = await sessionOf(staff.sessionId);
  const { redis } = shop.services;
  await endSession(redis, staff.sessionId, staff.id);
  const { sessionId } = staff;
  const request = { sessionId, session, personId: person.id, reason: REASON, now: new Date() };
  await startLook(shop.services, request);
  expect(await readSession(redis, sessionId, new Date())).toBeNull();
});
