import { afterAll, beforeAll, expect, test } from "vitest";
import { insertLook } from "#lib/accounts/admin/look-queries.ts";
import { STAFF_DEVICE } from "#lib/accounts/admin/staff-device.ts";
import type { Device } from "#lib/accounts/device-words.ts";
import { issueKnownDevice } from "#lib/accounts/known-device.ts";
import { noteSignIn } from "#lib/accounts/note-sign-in.ts";
import type { SignInKind } from "#lib/accounts/security-queries.ts";
import { sendDueMail } from "#lib/operations/outbox.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import { DEVICE, eventsOf, mailsTo, makeAccount, signUpByCode } from "./account.ts";

const OTHER: Device = { name: "Chrome on Android", place: "Bergen, Norway" };
let shop: TestShop;

beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.stop());

interface Person {
  id: string;
  email: string;
}

function signIn(
  user: Person,
  device: Device = DEVICE,
  more: { kind?: SignInKind; cookie?: string } = {},
): Promise<boolean> {
  const { kind = "sign-in", cookie: deviceCookie = null } = more;
  return noteSignIn(shop.services, { user, kind, device, deviceCookie, now: new Date() });
}

/** How many mails about a new device were written to the person. */
async function countNotices({ email }: Person): Promise<number> {
  const mails = await mailsTo(shop, email);
  return mails.filter((template) => template === "new-device").length;
}

test("S26 the first sign-in after the sign-up on the same browser tells nothing, another browser once", async () => {
  const person = await signUpByCode(shop);
  expect(await signIn(person)).toBe(false);
  expect(await countNotices(person)).toBe(0);
  expect(await signIn(person, OTHER)).toBe(true);
  expect(await signIn(person, OTHER), "the same again").toBe(false);
  expect(await signIn(person), "and the first one").toBe(false);
  expect(await countNotices(person)).toBe(1);
  expect(await eventsOf(shop, person.id)).toEqual(Array(5).fill("sign-in"));
});

test("S26 a form that is sent five times at once is one mail", async () => {
  const person = await makeAccount(shop);
  const told = await Promise.all(Array.from({ length: 5 }, () => signIn(person)));
  expect(told.filter(Boolean)).toHaveLength(1);
  // As statements see it that run at the same time: the event of none is there for the others.
  await shop.sql("DELETE FROM security_events WHERE user_id = $1", [person.id]);
  expect(await signIn(person)).toBe(false);
  expect(await countNotices(person)).toBe(1);
});

test("S26 another country is told, another town is not", async () => {
  const person = await signUpByCode(shop);
  const of = (place: string | null) => signIn(person, { ...DEVICE, place });
  expect(await of("Oslo, Norway")).toBe(false);
  expect(await of("Norway"), "nobody told the town").toBe(false);
  expect(await of("Norway, United States")).toBe(true);
  expect(await of("Bergen, Netherlands")).toBe(true);
  expect(await of(null), "nobody told the country").toBe(true);
  expect(await countNotices(person)).toBe(3);
});

test("S26 after 90 days without it a browser is new, and what somebody else did counts for nothing", async () => {
  const [person, other] = [await makeAccount(shop), await signUpByCode(shop)];
  await shop.sql(
    `INSERT INTO security_events (user_id, kind, device, place, happened_at)
     VALUES ($1, 'sign-in', $2, $3, now() - interval '91 days')`,
    [person.id, DEVICE.name, DEVICE.place],
  );
  expect(await signIn(other)).toBe(false);
  expect(await signIn(person)).toBe(true);
  expect(await signIn(person)).toBe(false);
});

test("S26 a look of the staff makes no device known", async () => {
  const [person, actor] = [await makeAccount(shop), await makeAccount(shop)];
  const look = { personId: person.id, actorId: actor.id, reason: "To help", now: new Date() };
  await insertLook(shop.services.database, { ...look, device: STAFF_DEVICE.name });
  expect(await signIn(person)).toBe(true);
});

test("S26 a remembered device tells nothing and is not listed, but for its passkey", async () => {
  const [person, other] = [await makeAccount(shop), await makeAccount(shop)];
  const secret = shop.services.environment.JWT_SECRET;
  const cookie = issueKnownDevice(secret, person.email, new Date());
  expect(await signIn(person, DEVICE, { cookie })).toBe(false);
  expect(await eventsOf(shop, person.id)).toEqual([]);
  expect(await signIn(person, DEVICE, { cookie, kind: "passkey-sign-in" })).toBe(false);
  expect(await eventsOf(shop, person.id)).toEqual(["passkey-sign-in"]);
  expect(await signIn(other, DEVICE, { cookie }), "the cookie of somebody else").toBe(true);
  expect(await signIn(other, OTHER, { kind: "passkey-sign-in" })).toBe(true);
});

test("the mail says when, with what, where and what to do, and holds nothing that opens anything", async () => {
  const person = await makeAccount(shop);
  const device = { name: "Chrome on <b>", place: "Bergen, Norway" };
  const now = new Date("2026-11-28T18:05:09Z");
  const signedIn = { user: person, kind: "sign-in", device, deviceCookie: null, now } as const;
  expect(await noteSignIn(shop.services, signedIn)).toBe(true);
  await sendDueMail(shop.services, { now: new Date() });
  const [mail] = shop.mailbox.messages(person.email);
  expect(mail?.subject).toBe("New sign-in to your account");
  const { SITE_URL } = shop.services.environment;
  const pages = ["/account/password", "/account/security", "/forgot-password"];
  for (const text of [
    "Kim Buyer",
    "28 November 2026 at 18:05 UTC",
    "about Bergen, Norway",
    "change your password now",
    ...pages.map((page) => SITE_URL + page),
  ]) {
    expect(mail?.text).toContain(text);
    expect(mail?.html).toContain(text);
  }
  expect(mail?.html).toContain("Chrome on &lt;b&gt;");
  const links = mail?.html?.match(/(?<=href=")[^"]*/g) ?? [];
  expect(links.toSorted()).toEqual([SITE_URL, ...pages.map((page) => SITE_URL + page)].toSorted());
  for (const form of [mail?.text, mail?.html]) expect(form).not.toMatch(/[\w-]{32}|[?&]\w+=/);
});

test("without a place the mail names none", async () => {
  const person = await makeAccount(shop);
  await signIn(person, { ...DEVICE, place: null });
  await sendDueMail(shop.services, { now: new Date() });
  const [mail] = shop.mailbox.messages(person.email);
  expect(mail?.text).toContain("Firefox on Windows");
  expect(mail?.text).not.toContain("Where:");
});
