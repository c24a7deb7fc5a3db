import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findNewsReader, updateNewsChoice } from "#lib/accounts/news-queries.ts";
import { announceCourse, unsubscribe, unsubscribeToken } from "#lib/accounts/news.ts";
import { findRegistration } from "#lib/accounts/queries.ts";
import { registrationCode } from "#lib/accounts/registration.ts";
import { confirmByCode, signUp } from "#lib/accounts/sign-up.ts";
import { claimDueMails } from "#lib/operations/outbox-queries.ts";
import { sendDueMail } from "#lib/operations/outbox.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import { insertCourse } from "../orders/purchase.ts";
import { DEVICE, mailsTo, makeAccount, PASSWORD } from "./account.ts";

let shop: TestShop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.stop());

const choose = (userId: string, isWanted: boolean, now = new Date()) =>
  updateNewsChoice(shop.services.database, { userId, isWanted, now });
const wantsNews = async (userId: string) =>
  Boolean((await findNewsReader(shop.services.database, userId))?.newsWantedAt);

async function makeReader() {
  const user = await makeAccount(shop);
  await choose(user.id, true);
  return user;
}

async function makeCourse(): Promise<string> {
  const id = await insertCourse(shop);
  const [course] = await shop.sql<{ slug: string }>("SELECT slug FROM courses WHERE id = $1", [id]);
  return course?.slug ?? "";
}

async function send(): Promise<void> {
  for (let isDone = false; !isDone;)
    isDone = (await sendDueMail(shop.services, { now: new Date(), limit: 50 })).sent === 0;
}

test("nobody is told of news who did not ask for it, at sign-up too", async () => {
  const { services } = shop;
  for (const wants of [undefined, false, true]) {
    const email = `${randomUUID()}@example.com`;
    const person = { name: "Kim", email, password: PASSWORD };
    const wish = wants === undefined ? person : { ...person, wantsNews: wants };
    const registrationId = await signUp(services, wish);
    const registration = await findRegistration(services.database, registrationId);
    if (!registration) throw new Error("There is no registration.");
    const code = registrationCode(services.environment.JWT_SECRET, registration);
    const user = await confirmByCode(services, {
      registrationId,
      code,
      device: DEVICE,
      now: new Date(),
    });
    expect(await wantsNews(user.id)).toBe(wants ?? false);
  }
});

test("a consent keeps its time, and is gone when it is taken back", async () => {
  const { id } = await makeAccount(shop);
  const since = async () =>
    (await findNewsReader(shop.services.database, id))?.newsWantedAt?.toISOString() ?? null;
  await choose(id, true, new Date("2026-01-01T00:00:00Z"));
  await choose(id, true, new Date("2026-02-01T00:00:00Z"));
  expect(await since()).toBe("2026-01-01T00:00:00.000Z");
  await choose(id, false);
  expect(await since()).toBeNull();
});

test("RFC 8058: a course is told in batches, once each, with the headers of a one-click way out", async () => {
  const readers = [await makeReader(), await makeReader(), await makeReader()];
  const others = [await makeAccount(shop), await makeReader(), await makeReader()];
  const [, locked, leaving] = others;
  await shop.sql("UPDATE users SET locked_at = now() WHERE id = $1", [locked?.id]);
  const closed =
    "UPDATE users SET deletion_asked_at = now(), deletion_due_at = now() WHERE id = $1";
  await shop.sql(closed, [leaving?.id]);
  const slug = await makeCourse();
  expect(await announceCourse(shop.services, { slug, batch: 2 })).toBeGreaterThanOrEqual(3);
  expect(await announceCourse(shop.services, { slug, batch: 2 })).toBe(0);
  await send();
  for (const { email } of others) expect(await mailsTo(shop, email)).toEqual([]);
  for (const { id, email } of readers) {
    const [mail, second] = shop.mailbox.messages(email);
    expect(second).toBeUndefined();
    const { SITE_URL, JWT_SECRET } = shop.services.environment;
    const token = unsubscribeToken(JWT_SECRET, id);
    const address = `${SITE_URL}/api/unsubscribe?person=${id}&token=${token}`;
    expect(mail?.headers).toMatchObject({
      "List-Unsubscribe": `<${address}>`,
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    });
    expect(mail?.text).toContain(address);
  }
  const unknown = announceCourse(shop.services, { slug: "no-such-course" });
  await expect(unknown).rejects.toMatchObject({ code: "not-found" });
});

test("who turned it off, or left, after the mail was written gets none", async () => {
  const [off, leaving] = [await makeReader(), await makeReader()];
  await announceCourse(shop.services, { slug: await makeCourse() });
  await choose(off.id, false);
  const closed =
    "UPDATE users SET deletion_asked_at = now(), deletion_due_at = now() WHERE id = $1";
  await shop.sql(closed, [leaving.id]);
  await send();
  for (const { email } of [off, leaving]) expect(shop.mailbox.messages(email)).toEqual([]);
});

test("news wait behind all other mail", async () => {
  const reader = await makeReader();
  await announceCourse(shop.services, { slug: await makeCourse() });
  const later = await makeAccount(shop);
  await shop.sql(
    `INSERT INTO outbox (dedupe_key, template, recipient, parameters, next_attempt_at)
     VALUES ($1, 'welcome', $2, '{"name":"Kim"}', now() + interval '1 second')`,
    [`test:${later.id}`, later.email],
  );
  const now = new Date(Date.now() + 5_000);
  const claim = { now, claimedUntil: new Date(now.getTime() + 1_000), limit: 1 };
  expect(await claimDueMails(shop.services.database, claim)).toMatchObject([
    { recipient: later.email },
  ]);
  expect(await mailsTo(shop, reader.email)).toEqual(["new-course"]);
});

test("mail about orders and accounts has no such headers", async () => {
  const { email } = await makeReader();
  const templates = ["welcome", "password-changed", "second-factor-on", "deletion-asked"];
  for (const template of templates)
    await shop.sql(
      `INSERT INTO outbox (dedupe_key, template, recipient, parameters)
       VALUES ($1, $2, $3, '{"name":"Kim","device":"Firefox","dueAt":"2026-12-08T00:00:00Z"}')`,
      [`${template}:${email}`, template, email],
    );
  await send();
  const mails = shop.mailbox.messages(email).filter(({ subject }) => !subject.startsWith("New:"));
  expect(mails).toHaveLength(templates.length);
  for (const { subject, headers, text } of mails) {
    expect(Object.keys(headers).join(" "), subject).not.toMatch(/unsubscribe/i);
    expect(text, subject).not.toContain("/api/unsubscribe");
  }
});

test("S13: a token turns off the mail of its person alone, also with the former secret", async () => {
  const [reader, other] = [await makeReader(), await makeReader()];
  const now = new Date();
  const secret = shop.services.environment.JWT_SECRET;
  const off = (userId: string, token: string, services = shop.services) =>
    unsubscribe(services, { userId, token, now });
  await expect(off(other.id, unsubscribeToken(secret, reader.id))).rejects.toMatchObject({
    code: "forbidden",
  });
  expect(await wantsNews(other.id)).toBe(true);
  const former = { ...shop.services.environment, JWT_SECRET_PREVIOUS: "b".repeat(43) };
  const rotated = { ...shop.services, environment: former };
  const [oldToken, newToken] = ["b".repeat(43), secret].map((key) =>
    unsubscribeToken(key, reader.id),
  );
  await expect(off(reader.id, oldToken ?? "")).rejects.toMatchObject({ code: "forbidden" });
  await off(reader.id, oldToken ?? "", rotated);
  expect(await wantsNews(reader.id)).toBe(false);
  await off(reader.id, newToken ?? "");
  expect(await wantsNews(other.id)).toBe(true);
});
