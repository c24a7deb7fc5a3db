import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  beginSecondFactor,
  checkSecondFactor,
  confirmSecondFactor,
  findFactorState,
  turnSecondFactorOff,
} from "#lib/accounts/second-factor.ts";
import { totpCode } from "#lib/accounts/totp.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";

let shop: TestShop;
const DEVICE = { name: "Firefox on Linux", place: null };
const START = Date.UTC(2026, 10, 24);
const at = (seconds: number) => new Date(START + seconds * 1000);

beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.stop());

async function makePerson() {
  const email = `${randomUUID()}@example.com`;
  const [user] = await shop.sql<{ id: string }>(
    "INSERT INTO users (email, name, password_hash) VALUES ($1, 'Kim', 'x') RETURNING id",
    [email],
  );
  return { userId: user?.id ?? "", email };
}

async function begin() {
  const person = await makePerson();
  await beginSecondFactor(shop.services, { userId: person.userId, now: at(0) });
  const state = await findFactorState(shop.services, person);
  if (state.kind !== "begun") throw new Error(state.kind);
  return { ...person, secret: state.secret };
}

/** Someone whose authenticator was turned on at second 0. */
async function turnOn() {
  const person = await begin();
  const { userId, secret } = person;
  const codes = await confirmSecondFactor(shop.services, {
    userId,
    code: totpCode(secret, at(0)),
    device: DEVICE,
    now: at(0),
  });
  return { ...person, codes };
}

const check = (userId: string, code: string, seconds: number) =>
  checkSecondFactor(shop.services, { userId, code, now: at(seconds) });

test("S11 an authenticator protects from its first code on, and not before", async () => {
  const { userId, secret, email } = await begin();
  await expect(check(userId, totpCode(secret, at(0)), 0)).rejects.toThrow(/wrong/);
  const wrong = { userId, code: "000000", device: DEVICE, now: at(0) };
  await expect(confirmSecondFactor(shop.services, wrong)).rejects.toThrow(/wrong/);
  const codes = await confirmSecondFactor(shop.services, {
    userId,
    code: totpCode(secret, at(0)),
    device: DEVICE,
    now: at(0),
  });
  expect(codes).toHaveLength(10);
  expect(await findFactorState(shop.services, { userId, email })).toMatchObject({
    kind: "on",
    recoveryCodesLeft: 10,
  });
  await check(userId, totpCode(secret, at(30)), 30);
});

test("S11 a code is taken once, and none that is older than the last", async () => {
  const { userId, secret } = await turnOn();
  await expect(
    check(userId, totpCode(secret, at(0)), 1),
    "the one that turned it on",
  ).rejects.toThrow();
  await check(userId, ` ${totpCode(secret, at(60)).replace(/(...)/, "$1 ")} `, 60);
  await expect(check(userId, totpCode(secret, at(60)), 61)).rejects.toThrow(/used before/);
  await expect(check(userId, totpCode(secret, at(30)), 61)).rejects.toThrow();
});

test("S13 of fifty tries with one code at once, one passes", async () => {
  const { userId, codes } = await turnOn();
  const tries = Array.from({ length: 50 }, () => check(userId, codes[0] ?? "", 1));
  const passed = (await Promise.allSettled(tries)).filter(({ status }) => status === "fulfilled");
  expect(passed).toHaveLength(1);
});

test("S13 a recovery code works once, however it is typed; those of others never", async () => {
  const { userId, codes, email } = await turnOn();
  const stranger = await turnOn();
  await expect(check(stranger.userId, codes[0] ?? "", 1)).rejects.toThrow();
  await check(userId, (codes[0] ?? "").toUpperCase().replaceAll("-", " "), 1);
  await expect(check(userId, codes[0] ?? "", 2)).rejects.toThrow();
  expect(await findFactorState(shop.services, { userId, email })).toMatchObject({
    recoveryCodesLeft: 9,
  });
});

test("S13 neither secrets nor codes are stored as they are", async () => {
  const { userId, secret, codes } = await turnOn();
  const rows = await shop.sql<object>(
    `SELECT f.sealed_secret, c.code_hash
     FROM totp_factors f JOIN recovery_codes c USING (user_id)
     WHERE user_id = $1`,
    [userId],
  );
  const dump = JSON.stringify(rows);
  for (const text of [secret, ...codes, ...codes.map((code) => code.replaceAll("-", ""))])
    expect(dump).not.toContain(text);
});

test("S08 guesses at a second factor are counted by account", async () => {
  const { userId, secret } = await turnOn();
  const guesses = Array.from({ length: 40 }, (_, index) =>
    check(userId, String(100_000 + index), 90),
  );
  const reasons = (await Promise.allSettled(guesses)).map((guess) =>
    guess.status === "rejected" ? (guess.reason as { code: string }).code : "passed",
  );
  expect(reasons.filter((reason) => reason === "unauthorized").length).toBeLessThanOrEqual(5);
  expect(reasons).not.toContain("passed");
  await expect(check(userId, totpCode(secret, at(90)), 90)).rejects.toMatchObject({
    code: "rate-limited",
  });
});

test("S11 it is turned off by a code alone, and begins anew after that", async () => {
  const { userId, secret, email } = await turnOn();
  await beginSecondFactor(shop.services, { userId, now: at(30) });
  expect((await findFactorState(shop.services, { userId, email })).kind, "on stays on").toBe("on");
  const off = (code: string) =>
    turnSecondFactorOff(shop.services, { userId, code, device: DEVICE, now: at(60) });
  await expect(off("000000")).rejects.toThrow();
  await off(totpCode(secret, at(60)));
  expect(await findFactorState(shop.services, { userId, email })).toEqual({ kind: "none" });
  const events = await shop.sql<{ kind: string }>(
    "SELECT kind FROM security_events WHERE user_id = $1 ORDER BY id",
    [userId],
  );
  expect(events.map(({ kind }) => kind)).toEqual(["second-factor-on", "second-factor-off"]);
  const mails = await shop.sql<{ template: string }>(
    "SELECT template FROM outbox WHERE recipient = $1 ORDER BY created_at",
    [email],
  );
  expect(mails.map(({ template }) => template)).toEqual(["second-factor-on", "second-factor-off"]);
});

test("a key in rotation still opens what the former one sealed", async () => {
  const { userId, secret } = await turnOn();
  const { JWT_SECRET: former } = shop.services.environment;
  const environment = {
    ...shop.services.environment,
    JWT_SECRET: "another-secret-of-more-than-32-characters",
    JWT_SECRET_PREVIOUS: former,
  };
  const code = totpCode(secret, at(30));
  await checkSecondFactor({ ...shop.services, environment }, { userId, code, now: at(30) });
});
