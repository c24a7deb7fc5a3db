import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { emailChangeToken } from "#lib/accounts/email-change.ts";
import {
  findOpenReset,
  requestPasswordReset,
  RESET_TTL_SECONDS,
  resetPassword,
  resetToken,
} from "#lib/accounts/password-reset.ts";
import { verifyPassword } from "#lib/accounts/passwords.ts";
import { registrationToken } from "#lib/accounts/registration.ts";
import { findPasswordReset, usePasswordReset } from "#lib/accounts/reset-queries.ts";
import { DependencyError } from "#lib/errors.ts";
import { deleteOldRegistrations } from "#lib/operations/queries.ts";
import { sendDueMail } from "#lib/operations/outbox.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import {
  DEVICE,
  eventsOf,
  mailsTo,
  makeAccount,
  NEW_PASSWORD,
  openSessions,
  PASSWORD,
  readAccount,
} from "./account.ts";

let shop: TestShop;
beforeAll(async () => {
  shop = await openShop();
});
afterEach(() => shop.faults.clear());
afterAll(() => shop.stop());

async function askFor(email: string): Promise<{ id: string; token: string }> {
  await requestPasswordReset(shop.services, email);
  const [row] = await shop.sql<{ id: string }>(
    "SELECT id FROM password_resets ORDER BY created_at DESC LIMIT 1",
  );
  const reset = await findPasswordReset(shop.services.database, row?.id ?? "");
  if (!reset) return { id: row?.id ?? "", token: "x".repeat(43) };
  return { id: reset.id, token: resetToken(shop.services.environment.JWT_SECRET, reset) };
}

function use(link: { id: string; token: string }, password = NEW_PASSWORD, now = new Date()) {
  return resetPassword(shop.services, { ...link, password, device: DEVICE, now });
}

test("S16: a reset sets the password, ends all three sessions, signs nobody in and writes one notice", async () => {
  const user = await makeAccount(shop);
  const { countOpen } = await openSessions(shop, user);
  await use(await askFor(user.email));
  const { passwordHash } = await readAccount(shop, user.email);
  expect(await verifyPassword(NEW_PASSWORD, passwordHash)).toBe(true);
  expect(await verifyPassword(PASSWORD, passwordHash)).toBe(false);
  expect(await countOpen()).toBe(0);
  expect(await mailsTo(shop, user.email)).toEqual(["reset-password", "password-changed"]);
  expect(await eventsOf(shop, user.id)).toEqual(["password-reset"]);
});

test("S13: of fifty uses at once one succeeds, and none afterwards", async () => {
  const user = await makeAccount(shop);
  const link = await askFor(user.email);
  const wish = { id: link.id, former: user.passwordHash, hash: "$new", device: DEVICE };
  const results = await Promise.all(
    Array.from({ length: 50 }, () => usePasswordReset(shop.services.database, wish)),
  );
  expect(results.filter(Boolean)).toHaveLength(1);
  await expect(use(link)).rejects.toMatchObject({ code: "invalid" });
  expect(await eventsOf(shop, user.id)).toEqual(["password-reset"]);
});

test("S14: the link works for ten minutes", async () => {
  const user = await makeAccount(shop);
  const link = await askFor(user.email);
  const [row] = await shop.sql<{ created_at: Date }>(
    "SELECT created_at FROM password_resets WHERE id = $1",
    [link.id],
  );
  const began = row?.created_at.getTime() ?? 0;
  const after = (seconds: number) => new Date(began + seconds * 1000);
  expect(RESET_TTL_SECONDS).toBe(600);
  expect(await findOpenReset(shop.services, { ...link, now: after(600) })).not.toBeNull();
  expect(await findOpenReset(shop.services, { ...link, now: after(601) })).toBeNull();
  await expect(use(link, NEW_PASSWORD, after(601))).rejects.toMatchObject({ code: "invalid" });
});

test("S13: the token is bound to its purpose, its reset, its account, its address and its password", async () => {
  const user = await makeAccount(shop);
  const other = await makeAccount(shop);
  const { JWT_SECRET: secret } = shop.services.environment;
  const link = await askFor(user.email);
  const reset = await findPasswordReset(shop.services.database, link.id);
  if (!reset) throw new Error("The reset is not open.");
  const now = new Date();
  for (const token of [
    registrationToken(secret, reset),
    emailChangeToken(secret, { ...reset, newEmail: user.email }),
    resetToken(secret, { ...reset, id: randomUUID() }),
    resetToken("another secret of 32 characters!", reset),
    (await askFor(other.email)).token,
    (await askFor(user.email)).token,
  ])
    expect(await findOpenReset(shop.services, { id: link.id, token, now })).toBeNull();
  await shop.sql("UPDATE users SET email = $2 WHERE id = $1", [user.id, `moved-${user.email}`]);
  expect(await findOpenReset(shop.services, { ...link, now })).toBeNull();
  await shop.sql("UPDATE users SET email = $2 WHERE id = $1", [user.id, user.email]);
  expect(await findOpenReset(shop.services, { ...link, now })).not.toBeNull();
  await use(await askFor(user.email));
  expect(await findOpenReset(shop.services, { ...link, now }), "another was used").toBeNull();
});

test("S13: neither database nor Redis holds a token, and two never agree", async () => {
  const user = await makeAccount(shop);
  const links: { token: string }[] = [];
  for (let index = 0; index < 20; index++) links.push(await askFor(user.email));
  const dump = JSON.stringify([
    await shop.sql("SELECT r::text AS dump FROM password_resets r"),
    await shop.sql("SELECT o::text AS dump FROM outbox o"),
    await shop.services.redis.run((client) => client.keys("*")),
  ]);
  for (const { token } of links) {
    expect(Buffer.from(token, "base64url")).toHaveLength(32);
    expect(dump).not.toContain(token);
  }
  const written = await shop.sql("SELECT DISTINCT nonce FROM password_resets WHERE user_id = $1", [
    user.id,
  ]);
  expect(written).toHaveLength(20);
});

test("S17: an unknown address is written down alike, and gets no mail", async () => {
  const user = await makeAccount(shop);
  const unknown = `${randomUUID()}@example.com`;
  await sendDueMail(shop.services, { now: new Date(), limit: 100 });
  const before = shop.mailbox.messages().map(({ id }) => id);
  for (const email of [user.email, unknown]) {
    const [queue] = await shop.sql<{ count: number }>("SELECT count(*)::int FROM outbox");
    await askFor(email);
    const [after] = await shop.sql<{ count: number }>("SELECT count(*)::int FROM outbox");
    expect((after?.count ?? 0) - (queue?.count ?? 0), email).toBe(1);
  }
  await sendDueMail(shop.services, { now: new Date() });
  const sent = shop.mailbox.messages().filter(({ id }) => !before.includes(id));
  expect(sent.flatMap(({ to }) => to)).toEqual([user.email]);
  expect(JSON.stringify(await shop.sql("SELECT o::text FROM outbox o"))).not.toContain(unknown);
});

test("resets and moves are deleted after two days, used or not", async () => {
  const user = await makeAccount(shop);
  const old = await askFor(user.email);
  const young = await askFor(user.email);
  await shop.sql(
    "UPDATE password_resets SET created_at = now() - interval '49 hours' WHERE id = $1",
    [old.id],
  );
  await shop.sql(
    `INSERT INTO email_changes (id, user_id, new_email, nonce, created_at)
     VALUES ($1, $2, 'kim@new.example', 'n', now() - interval '49 hours')`,
    [old.id, user.id],
  );
  await deleteOldRegistrations(shop.services.database, new Date());
  const left = await shop.sql<{ id: string }>(
    `SELECT id FROM password_resets WHERE user_id = $1
     UNION ALL SELECT id FROM email_changes WHERE user_id = $1`,
    [user.id],
  );
  expect(left.map(({ id }) => id)).toEqual([young.id]);
});

test("S76: without Redis, no password is changed and the link still works", async () => {
  const user = await makeAccount(shop);
  const link = await askFor(user.email);
  shop.faults.set("redis", "refuse");
  await expect(use(link)).rejects.toBeInstanceOf(DependencyError);
  shop.faults.clear();
  expect((await readAccount(shop, user.email)).passwordHash).toBe(user.passwordHash);
  expect(
    await findOpenReset(shop.services, { ...link, now: new Date() }),
    "not used up",
  ).not.toBeNull();
});

test("S03 S04: a reset refuses the same passwords as a sign-up, and stays open", async () => {
  const user = await makeAccount(shop);
  const link = await askFor(user.email);
  for (const password of ["qwertyuiop", "kim.buyer.2026", "correct horse battery staple"])
    await expect(use(link, password)).rejects.toMatchObject({ code: "invalid", field: "password" });
  await use(link);
});
