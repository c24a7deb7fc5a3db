import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { issueKnownDevice, KNOWN_DEVICE_SECONDS } from "#lib/accounts/known-device.ts";
import { signIn, type SignInAttempt } from "#lib/accounts/limited-sign-in.ts";
import { hashPassword } from "#lib/accounts/passwords.ts";
import { upsertUser } from "#lib/accounts/queries.ts";
import { DependencyError } from "#lib/errors.ts";
import { RateLimitError } from "#lib/rate-limits.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";

const hashes = vi.hoisted(() => ({ count: 0 }));
vi.mock("node:crypto", async (original) => {
  const crypto = await original<typeof import("node:crypto")>();
  const scrypt = (...given: Parameters<typeof crypto.scrypt>) => {
    hashes.count += 1;
    crypto.scrypt(...given);
  };
  return { ...crypto, scrypt };
});

const PASSWORD = "four words of it";
const now = new Date();
let shop: TestShop;
let email: string;

beforeAll(async () => {
  shop = await openShop();
});
beforeEach(async () => {
  // A limit is counted by the minute: without this, a test could run into the next one.
  vi.useFakeTimers({ toFake: ["Date"], now });
  email = `${randomUUID()}@example.com`;
  const passwordHash = await hashPassword(PASSWORD);
  await upsertUser(shop.services.database, { email, name: "Kim", passwordHash, role: "learner" });
  await shop.services.redis.run((client) => client.flushdb());
  hashes.count = 0;
});
afterEach(() => {
  vi.useRealTimers();
  shop.faults.clear();
});
afterAll(async () => {
  vi.doUnmock("node:crypto");
  await shop.stop();
});

function attempt(given: Partial<SignInAttempt> = {}): Promise<unknown> {
  const about = { email, password: "a guess", address: randomUUID(), device: null, now, ...given };
  return signIn(shop.services, about).catch((error: unknown) => error);
}

function knownDevice(of = email, since = now): string {
  return issueKnownDevice(shop.services.environment.JWT_SECRET, of, since);
}

test("S08 S09: a thousand guesses at one account from 200 addresses are at most 10 hashes, and the owner gets in", async () => {
  const addresses = Array.from({ length: 200 }, () => randomUUID());
  const answers: unknown[] = [];
  // Ten at a time: more would have the local Redis answer too late.
  for (let start = 0; start < 1_000; start += 10) {
    const some = addresses.slice(start % 200, (start % 200) + 10);
    answers.push(...(await Promise.all(some.map((address) => attempt({ address })))));
  }
  expect(answers).toHaveLength(1_000);
  expect(hashes.count).toBeGreaterThan(0);
  expect(hashes.count).toBeLessThanOrEqual(10);
  expect(answers.filter((answer) => answer instanceof RateLimitError).length).toBe(
    1_000 - hashes.count,
  );
  const owner = { password: PASSWORD, address: addresses[0] ?? "" };
  expect(await attempt(owner), "a stranger's device").toBeInstanceOf(RateLimitError);
  expect(await attempt({ ...owner, device: knownDevice() })).toMatchObject({ email });
});

test("S08: one address may try 20 accounts a minute, and its refusals use up nobody's number", async () => {
  const address = randomUUID();
  const victim = "victim@example.com";
  for (let index = 0; index < 60; index++)
    await attempt({ address, email: index < 20 ? `${randomUUID()}@example.com` : victim });
  expect(hashes.count).toBeLessThanOrEqual(20);
  expect(await attempt({ email: victim })).toMatchObject({ code: "unauthorized" });
});

test("S08: a known device is counted by itself, and guesses no more often than a stranger", async () => {
  const device = knownDevice();
  for (let index = 0; index < 30; index++) await attempt({ device });
  expect(hashes.count).toBeLessThanOrEqual(10);
  expect(await attempt({ password: PASSWORD, device: knownDevice() })).toMatchObject({ email });
});

test("S08: a device is known to one account, for half a year, and by our signature only", async () => {
  const tooOld = new Date(now.getTime() - KNOWN_DEVICE_SECONDS * 1000 - 1);
  const [device = "", issuedAt = ""] = knownDevice().split(".");
  const strangers = [
    knownDevice("other@example.com"),
    knownDevice(email, tooOld),
    `${device}.${issuedAt}.${"x".repeat(43)}`,
    issueKnownDevice("another secret of 32 characters!", email, now),
    "..",
    "",
  ];
  for (let index = 0; index < 6; index++) await attempt();
  for (const stranger of strangers)
    expect(await attempt({ password: PASSWORD, device: stranger }), stranger).toBeInstanceOf(
      RateLimitError,
    );
});

test("S08 S76: while Redis is silent, nothing is hashed", async () => {
  shop.faults.set("redis", "hang");
  expect(await attempt({ password: PASSWORD })).toBeInstanceOf(DependencyError);
  expect(hashes.count).toBe(0);
});
