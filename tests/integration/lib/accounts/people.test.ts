import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { actOnPerson } from "#lib/accounts/admin/act-on-person.ts";
import { findPerson, listPeople, type PersonAct } from "#lib/accounts/admin/person-queries.ts";
import { hashPassword } from "#lib/accounts/passwords.ts";
import {
  beginSecondFactor,
  confirmSecondFactor,
  findFactorState,
} from "#lib/accounts/second-factor.ts";
import { createSession, readSession } from "#lib/accounts/sessions.ts";
import { checkCredentials } from "#lib/accounts/sign-in.ts";
import { totpCode } from "#lib/accounts/totp.ts";
import { listAudit } from "#lib/operations/audit.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";

const PASSWORD = "four words of it";
let shop: TestShop;
let adminId: string;

beforeAll(async () => {
  shop = await openShop();
  adminId = (await makePerson()).id;
});
afterAll(() => shop.stop());

async function makePerson() {
  const email = `${randomUUID()}@example.com`;
  const [user] = await shop.sql<{ id: string }>(
    "INSERT INTO users (email, name, password_hash) VALUES ($1, 'Kim', $2) RETURNING id",
    [email, await hashPassword(PASSWORD)],
  );
  return { id: user?.id ?? "", email, name: "Kim", role: "learner" as const };
}

const act = (personId: string, name: PersonAct, reason = "Asked by phone") =>
  actOnPerson(shop.services, { personId, act: name, reason, actorId: adminId, now: new Date() });

async function auditOf(personId: string) {
  const lines = await listAudit(shop.services.database, null);
  return lines
    .filter(({ subjectId }) => subjectId === personId)
    .map(({ action, reason }) => ({ action, reason }))
    .toReversed();
}

test("S26 staff ends every session of a person, and of nobody else", async () => {
  const [person, other] = [await makePerson(), await makePerson()];
  const { redis } = shop.services;
  const now = new Date();
  const ids = [await createSession(redis, person, now), await createSession(redis, person, now)];
  const kept = await createSession(redis, other, now);
  await act(person.id, "person.end-sessions");
  for (const id of ids) expect(await readSession(redis, id, now)).toBeNull();
  expect(await readSession(redis, kept, now)).not.toBeNull();
  expect(await auditOf(person.id)).toEqual([
    { action: "person.end-sessions", reason: "Asked by phone" },
  ]);
});

test("S26 a locked account signs in nowhere until it is unlocked", async () => {
  const person = await makePerson();
  const { redis } = shop.services;
  const session = await createSession(redis, person, new Date());
  const signIn = (password: string) =>
    checkCredentials(shop.services, { email: person.email, password });
  await act(person.id, "person.lock", "Stolen");
  await act(person.id, "person.lock", "A second click");
  expect(await readSession(redis, session, new Date())).toBeNull();
  await expect(signIn(PASSWORD)).rejects.toMatchObject({ code: "forbidden" });
  await expect(signIn("a wrong one of it"), "who guesses learns nothing").rejects.toMatchObject({
    code: "unauthorized",
  });
  await act(person.id, "person.unlock", "It is back");
  expect(await signIn(PASSWORD)).toMatchObject({ id: person.id });
  expect(await auditOf(person.id)).toEqual([
    { action: "person.lock", reason: "Stolen" },
    { action: "person.unlock", reason: "It is back" },
  ]);
});

test("S11 a lost second factor is turned off by staff, and the person is told", async () => {
  const person = await makePerson();
  const about = { userId: person.id, email: person.email };
  const now = new Date();
  await beginSecondFactor(shop.services, { userId: person.id, now });
  const state = await findFactorState(shop.services, about);
  if (state.kind !== "begun") throw new Error(state.kind);
  const device = { name: "Firefox on Linux", place: null };
  const code = totpCode(state.secret, now);
  await confirmSecondFactor(shop.services, { userId: person.id, code, device, now });
  expect(await findPerson(shop.services.database, person.id)).toMatchObject({
    hasSecondFactor: true,
  });
  await act(person.id, "person.remove-second-factor");
  expect(await findFactorState(shop.services, about)).toEqual({ kind: "none" });
  const mails = await shop.sql<{ template: string }>(
    "SELECT template FROM outbox WHERE recipient = $1 ORDER BY created_at",
    [person.email],
  );
  expect(mails.map(({ template }) => template)).toContain("second-factor-off");
});

test("nobody acts on their own account, or on one that is not there", async () => {
  await expect(act(adminId, "person.lock")).rejects.toMatchObject({ code: "conflict" });
  await expect(act(randomUUID(), "person.lock")).rejects.toMatchObject({ code: "not-found" });
  expect(await auditOf(adminId)).toEqual([]);
});

test("people are found by their whole address", async () => {
  const person = await makePerson();
  const { database } = shop.services;
  expect(await listPeople(database, person.email)).toMatchObject([{ id: person.id }]);
  for (const text of [person.email.slice(1), "%", "' OR ''='"])
    expect(await listPeople(database, text)).toEqual([]);
  expect((await listPeople(database, "")).length).toBeGreaterThan(1);
});
