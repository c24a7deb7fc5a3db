import type { APIRequestContext, APIResponse } from "@playwright/test";
import {
  beginSecondFactor,
  confirmSecondFactor,
  findFactorState,
} from "#lib/accounts/second-factor.ts";
import { insertIdentity } from "#lib/accounts/social-queries.ts";
import { totpCode } from "#lib/accounts/totp.ts";
import { openidPerson } from "#local/openid-people.ts";
import { makePersonWithPassword, PASSWORD } from "../support/e2e-account.ts";
import { waitForMail } from "../support/e2e-mailbox.ts";
import { shopServices, type Person } from "../support/e2e-shop.ts";
import { agreeByRequest } from "../support/e2e-social.ts";
import { expect, test } from "../support/e2e.ts";

const FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0";
const SAFARI =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1";
const DEVICE = { name: "Edge on a Mac", place: null };

test("S26 the owner is told of a sign-in on a new device, once", async ({ visitor }) => {
  const person = await makePersonWithPassword();
  const wrong = await signIn(visitor, person, FIREFOX, "not the password");
  expect(wrong.status()).toBe(401);
  expect(await countNotices(person), "nobody has signed in").toBe(0);
  await signIn(visitor, person, FIREFOX);
  expect(await countNotices(person)).toBe(1);
  const mail = await waitForMail(person.email, /New sign-in/);
  expect(mail.text).toContain("Firefox on Windows");
  await signIn(visitor, person, FIREFOX);
  expect(await countNotices(person), "the same again").toBe(1);
  await signIn(visitor, person, SAFARI);
  expect(await countNotices(person), "another browser").toBe(2);
});

test("S26 a remembered device is not told again, whatever it calls itself", async ({ visitor }) => {
  const person = await makePersonWithPassword();
  await signIn(visitor, person, FIREFOX, PASSWORD, { remember: "on" });
  await signIn(visitor, person, SAFARI, PASSWORD, { remember: "on" });
  expect(await countNotices(person)).toBe(1);
});

test("S26 with a second factor it is told when the code was right", async ({ visitor }) => {
  const person = await makePersonWithPassword();
  const services = shopServices();
  const owner = { userId: person.id, email: person.email };
  await beginSecondFactor(services, { ...owner, now: new Date() });
  const state = await findFactorState(services, owner);
  if (state.kind !== "begun") throw new Error(state.kind);
  const code = totpCode(state.secret, new Date());
  await confirmSecondFactor(services, { ...owner, code, device: DEVICE, now: new Date() });
  await signIn(visitor, person, FIREFOX);
  expect(await countNotices(person)).toBe(0);
  // Each code counts once: the next half minute's counts already.
  const form = { code: totpCode(state.secret, new Date(Date.now() + 30_000)) };
  const headers = { "User-Agent": FIREFOX };
  await visitor.post("/sign-in/second-step?_action=confirmSecondStep", { form, headers });
  expect(await countNotices(person)).toBe(1);
});

test("S26 a sign-in by Google is told, too", async ({ visitor }) => {
  const person = await makePersonWithPassword();
  const { subject } = openidPerson("", person.email, true);
  await insertIdentity(shopServices().database, {
    ...{ userId: person.id, provider: "google", providerName: "Google", subject },
    ...{ email: person.email, device: DEVICE, noticeId: crypto.randomUUID() },
  });
  const headers = { "User-Agent": FIREFOX };
  const back = await visitor.get(await agreeByRequest(visitor, person), { headers });
  expect(back.headers()["location"]).toBe("/courses");
  expect(await countNotices(person)).toBe(1);
});

async function signIn(
  visitor: APIRequestContext,
  { email }: Person,
  browser: string,
  password = PASSWORD,
  more: { remember?: "on" } = {},
): Promise<APIResponse> {
  const form = { email, password, ...more };
  const headers = { "User-Agent": browser };
  return visitor.post("/sign-in?_action=signIn", { form, headers });
}

/** How many mails about a new device were written; they are, before the sign-in is answered. */
async function countNotices({ email }: Person): Promise<number> {
  const rows = await shopServices().database.read<{ template: string }[]>`
    SELECT template
    FROM outbox
    WHERE recipient = ${email} AND template = 'new-device'`;
  return rows.length;
}
