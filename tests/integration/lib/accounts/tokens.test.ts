import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findEmailChange } from "#lib/accounts/email-change-queries.ts";
import { emailChangeToken, findOpenEmailChange } from "#lib/accounts/email-change.ts";
import { issueKnownDevice } from "#lib/accounts/known-device.ts";
import { unsubscribe, unsubscribeToken } from "#lib/accounts/news.ts";
import { challenges } from "#lib/accounts/passkey-challenges.ts";
import { findOpenReset, resetToken } from "#lib/accounts/password-reset.ts";
import { findRegistration, type UserWithPassword } from "#lib/accounts/queries.ts";
import { registrationCode, registrationToken } from "#lib/accounts/registration.ts";
import { findPasswordReset } from "#lib/accounts/reset-queries.ts";
import { secondSteps } from "#lib/accounts/second-step.ts";
import { createSession, IDLE_SECONDS, readSession } from "#lib/accounts/sessions.ts";
import { confirmByLink } from "#lib/accounts/sign-up.ts";
import { createFlow, pendingPeople, takeFlow } from "#lib/accounts/social-flow.ts";
import { sendDueMail } from "#lib/operations/outbox.ts";
import { randomToken, sha256 } from "#lib/tokens.ts";
import { dumpRedis, dumpTables } from "../../../support/dump.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import { DEVICE, makeAccount } from "./account.ts";

let shop: TestShop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.stop());

/** A token of one purpose, and whether a token opens what it is for. */
interface Kind {
  token: string;
  opens: (token: string) => Promise<boolean>;
}

// A sign-up, a reset and a move with one id and one nonce: nothing but the purpose tells them apart.
async function makeMailed(user: UserWithPassword): Promise<Record<string, Kind>> {
  const { services } = shop;
  const { environment, database } = services;
  const secret = environment.JWT_SECRET;
  const [id, nonce, now] = [randomUUID(), randomToken(), new Date()];
  const newEmail = `${randomUUID()}@new.example`;
  await shop.sql(
    `INSERT INTO registrations (id, email, name, password_hash, nonce)
     VALUES ($1, $2, 'Kim', 'none', $3)`,
    [id, `${randomUUID()}@sign-up.example`, nonce],
  );
  await shop.sql("INSERT INTO password_resets (id, user_id, nonce) VALUES ($1, $2, $3)", [
    ...[id, user.id, nonce],
  ]);
  await shop.sql(
    "INSERT INTO email_changes (id, user_id, new_email, nonce) VALUES ($1, $2, $3, $4)",
    [id, user.id, newEmail, nonce],
  );
  const reset = await findPasswordReset(database, id);
  const change = await findEmailChange(database, id);
  if (!reset || !change) throw new Error("Nothing was written.");
  const link = (token: string) => ({ id, token, userId: user.id, now });
  return {
    "sign-up": {
      token: registrationToken(secret, { id, nonce }),
      opens: (token) => {
        const proof = { registrationId: id, token, password: null, device: DEVICE, now };
        return succeeds(confirmByLink(services, proof));
      },
    },
    reset: {
      token: resetToken(secret, reset),
      opens: async (token) => (await findOpenReset(services, link(token))) !== null,
    },
    move: {
      token: emailChangeToken(secret, change),
      opens: async (token) => (await findOpenEmailChange(services, link(token))) !== null,
    },
    "way out of news": {
      token: unsubscribeToken(secret, user.id),
      opens: (token) => succeeds(unsubscribe(services, { userId: user.id, token, now })),
    },
  };
}

/** What a browser keeps, and Redis the other half of. */
async function makeKept(user: UserWithPassword): Promise<Record<string, Kind>> {
  const { redis } = shop.services;
  const { id, email, name } = user;
  const now = new Date();
  const vouched = { provider: "google" as const, subject: "1", email, name, next: "/learn" };
  const flow = { provider: "google" as const, nonce: "n", verifier: "v", next: "/", userId: null };
  const { state, browser } = await createFlow(redis, flow);
  return {
    session: {
      token: await createSession(redis, user, now),
      opens: async (token) => (await readSession(redis, token, now)) !== null,
    },
    "second step": {
      token: await secondSteps.create(redis, { id, email, remember: true }),
      opens: async (token) => (await secondSteps.find(redis, token)) !== null,
    },
    challenge: {
      token: await challenges.create(redis, { kind: "sign-in", challenge: "c" }),
      opens: async (token) => (await challenges.find(redis, token)) !== null,
    },
    "person that a provider vouched for": {
      token: await pendingPeople.create(redis, { ...vouched, createdAt: now.getTime() }),
      opens: async (token) => (await pendingPeople.find(redis, token)) !== null,
    },
    state: {
      token: state,
      opens: async (token) => (await takeFlow(redis, { state: token, browser })) !== null,
    },
  };
}

test("S13: a token opens what it was made for, and nothing of another purpose", async () => {
  const user = await makeAccount(shop);
  const kinds = Object.entries({ ...(await makeMailed(user)), ...(await makeKept(user)) });
  for (const [purpose, { token: right, opens }] of kinds) {
    for (const [other, { token }] of kinds)
      if (other !== purpose) expect(await opens(token), `${other} as ${purpose}`).toBe(false);
    expect(await opens(right), purpose).toBe(true);
  }
});

test("S13 S21: neither database nor Redis holds a token of any kind, nor a code", async () => {
  const user = await makeAccount(shop);
  const { environment, redis } = shop.services;
  const kinds = { ...(await makeMailed(user)), ...(await makeKept(user)) };
  const tokens = Object.values(kinds).map(({ token }) => token);
  const sessions = await Promise.all(
    Array.from({ length: 10 }, () => createSession(redis, user, new Date())),
  );
  const device = issueKnownDevice(environment.JWT_SECRET, user.email, new Date());
  const [row] = await shop.sql<{ id: string }>(
    "SELECT id FROM registrations ORDER BY created_at DESC LIMIT 1",
  );
  const registration = await findRegistration(shop.services.database, row?.id ?? "");
  if (!registration) throw new Error("There is no registration.");
  const code = registrationCode(environment.JWT_SECRET, registration);
  await sendDueMail(shop.services, { now: new Date() });
  const dump = JSON.stringify([await dumpTables(shop.sql), await dumpRedis(redis)]);
  expect(dump, "the dump is of the database").toContain(registration.nonce);
  expect(dump, "the dump is of Redis").toContain(`session:${sha256(sessions[0] ?? "")}`);
  for (const token of [...tokens, ...sessions, ...device.split(".").filter(isLong)])
    for (const encoding of ["utf8", "hex", "base64"] as const)
      expect(dump).not.toContain(Buffer.from(token).toString(encoding));
  // Not the six digits of a time's microseconds.
  expect(dump).not.toMatch(new RegExp(`(?<![.\\d])${code}(?!\\d)`));
});

test("S20 S21: a hundred sessions have ids of 256 bits, all different, that Redis does not hold", async () => {
  const user = await makeAccount(shop);
  const ids: string[] = [];
  for (let index = 0; index < 100; index++)
    ids.push(await createSession(shop.services.redis, user, new Date()));
  expect(new Set(ids).size).toBe(100);
  expect(ids.filter((id) => Buffer.from(id, "base64url").length !== 32)).toEqual([]);
  expect(ids.filter((id) => !/^[\w-]{43}$/.test(id))).toEqual([]);
  const dump = JSON.stringify(await dumpRedis(shop.services.redis));
  expect(dump).toContain(sha256(ids.at(-1) ?? ""));
  expect(ids.filter((id) => dump.includes(id))).toEqual([]);
});

test("S14 S23: Redis forgets what waits to be proved after ten minutes, a session after a week", async () => {
  const { redis } = shop.services;
  const kinds = await makeKept(await makeAccount(shop));
  const seconds: Record<string, number> = {
    "second-step": 600,
    "passkey-challenge": 600,
    "social-pending": 600,
    "social-flow": 600,
    session: IDLE_SECONDS,
  };
  expect(Object.keys(kinds)).toHaveLength(Object.keys(seconds).length);
  for (const [prefix, most] of Object.entries(seconds)) {
    const keys = await redis.run((client) => client.keys(`${prefix}:*`));
    expect(keys.length, prefix).toBeGreaterThan(0);
    for (const key of keys) {
      const left = await redis.run((client) => client.pttl(key));
      expect(left, key).toBeGreaterThan(0);
      expect(left, key).toBeLessThanOrEqual(most * 1000);
    }
  }
});

function isLong(part: string): boolean {
  return part.length === 43;
}

function succeeds(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}
