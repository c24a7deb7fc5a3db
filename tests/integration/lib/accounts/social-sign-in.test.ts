import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { checkCredentials } from "#lib/accounts/sign-in.ts";
import { confirmByCode, signUp } from "#lib/accounts/sign-up.ts";
import { findPersonalData } from "#lib/accounts/export-queries.ts";
import { findRegistration } from "#lib/accounts/queries.ts";
import { registrationCode } from "#lib/accounts/registration.ts";
import { pendingPeople } from "#lib/accounts/social-flow.ts";
import {
  beginSocialLink,
  confirmSocialLink,
  findPendingState,
  makeSocialAccount,
  takeSocialFlow,
  unlinkIdentity,
} from "#lib/accounts/social-sign-in.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import {
  DEVICE,
  eventsOf,
  mailsTo,
  makeAccount,
  PASSWORD,
  readAccount,
  warmUp,
} from "./account.ts";
import { agreeElsewhere, comeBack, sessionOf, type WayBack } from "./social-account.ts";

let shop: TestShop;

beforeAll(async () => {
  shop = await openShop();
  await warmUp(shop);
});
afterEach(() => shop.faults.clear());
afterAll(() => shop.stop());

const newEmail = () => `${randomUUID()}@example.net`;

async function pendingOf(back: WayBack) {
  const outcome = await comeBack(shop, back);
  if (outcome.kind !== "unknown") throw new Error(outcome.kind);
  const person = await pendingPeople.find(shop.services.redis, outcome.token);
  if (!person) throw new Error("Nobody waits.");
  return person;
}

/** An account made by a provider alone. */
async function makeByProvider(provider: "google" | "github" = "google", email = newEmail()) {
  const person = await pendingOf(await agreeElsewhere(shop, { email }, { provider }));
  const user = await makeSocialAccount(shop.services, { person, name: "Kim", device: DEVICE });
  return { user, email };
}

async function link(back: WayBack, user: Parameters<typeof sessionOf>[0]) {
  return comeBack(shop, back, sessionOf(user));
}

for (const provider of ["google", "github"] as const)
  test(`a new person makes an account by ${provider}, and is known from then on`, async () => {
    const { user, email } = await makeByProvider(provider);
    expect(await mailsTo(shop, email)).toEqual(["welcome"]);
    expect(await eventsOf(shop, user.id)).toEqual(["identity-linked"]);
    const again = await comeBack(shop, await agreeElsewhere(shop, { email }, { provider }));
    expect(again).toMatchObject({ kind: "known", user: { id: user.id }, next: "/courses" });
    const data = await findPersonalData(shop.services.database, user.id);
    expect(data?.identities).toMatchObject([{ provider, email }]);
  });

test("S12 an account without a password is opened by no password", async () => {
  const { email } = await makeByProvider();
  for (const password of ["none", PASSWORD, ""])
    await expect(checkCredentials(shop.services, { email, password })).rejects.toThrow(
      "don't belong together",
    );
});

test("S12 a flow counts once, in the browser and for the provider it was begun with", async () => {
  const back = await agreeElsewhere(shop);
  const other = await agreeElsewhere(shop);
  const { services } = shop;
  expect(await takeSocialFlow(services, { ...back, browser: other.browser })).toBeNull();
  expect(await takeSocialFlow(services, { ...back, browser: null })).toBeNull();
  expect(await takeSocialFlow(services, { ...back, answer: new URLSearchParams() })).toBeNull();
  expect(await takeSocialFlow(services, back)).toMatchObject({ provider: "google" });
  expect(await takeSocialFlow(services, back), "a second time").toBeNull();
  const third = { ...(await agreeElsewhere(shop)), provider: "github" as const };
  expect(await takeSocialFlow(services, third), "another provider's way back").toBeNull();
});

test("S12 an address that is not proved there makes no account and links none", async () => {
  for (const provider of ["google", "github"] as const) {
    const { email } = await makeAccount(shop);
    for (const address of [email, newEmail()]) {
      const back = await agreeElsewhere(shop, { email: address, isVerified: false }, { provider });
      await expect(comeBack(shop, back)).rejects.toThrow("not confirmed");
    }
  }
});

test("S12 a known identity signs in whatever its address became, and no address opens an account", async () => {
  const { user, email } = await makeByProvider();
  await shop.sql("UPDATE users SET email = $1 WHERE id = $2", [newEmail(), user.id]);
  const again = await comeBack(shop, await agreeElsewhere(shop, { email, isVerified: false }));
  expect(again).toMatchObject({ kind: "known", user: { id: user.id } });
});

test("S12 an account with the address is linked only by who has just signed in to it", async () => {
  const account = await makeAccount(shop);
  const stranger = await makeAccount(shop);
  const { email } = account;
  const person = await pendingOf(await agreeElsewhere(shop, { email }));
  const state = (session: ReturnType<typeof sessionOf> | null) =>
    findPendingState(shop.services, { person, session });
  expect(await state(null)).toEqual({ kind: "sign-in-first" });
  for (const session of [sessionOf(stranger), sessionOf(account, 60)]) {
    expect(await state(session)).toEqual({ kind: "sign-in-first" });
    await expect(
      confirmSocialLink(shop.services, { person, session, device: DEVICE }),
    ).rejects.toThrow("sign in to the account first");
  }
  const made = makeSocialAccount(shop.services, { person, name: "Kim", device: DEVICE });
  await expect(made).rejects.toThrow("has an account already");
  expect(await comeBack(shop, await agreeElsewhere(shop, { email }))).toMatchObject({
    kind: "unknown",
  });
  const session = sessionOf(account);
  await confirmSocialLink(shop.services, { person, session, device: DEVICE });
  expect(await comeBack(shop, await agreeElsewhere(shop, { email }))).toMatchObject({
    kind: "known",
    user: { id: account.id },
  });
  expect(await mailsTo(shop, email)).toEqual(["identity-linked"]);
  expect((await readAccount(shop, email)).passwordHash).toBe(account.passwordHash);
});

test("S12 who signed up with another's address first gets nothing of the account they make later", async () => {
  const { services } = shop;
  const email = newEmail();
  const registrationId = await signUp(services, { name: "Mallory", email, password: PASSWORD });
  const registration = await findRegistration(services.database, registrationId);
  const { user } = await makeByProvider("google", email);
  await expect(checkCredentials(services, { email, password: PASSWORD })).rejects.toThrow();
  if (!registration) throw new Error("There is no registration.");
  const code = registrationCode(services.environment.JWT_SECRET, registration);
  const confirmed = confirmByCode(services, {
    registrationId,
    code,
    device: DEVICE,
    now: new Date(),
  });
  await expect(confirmed, "even with the code of the mail").rejects.toThrow("account already");
  await expect(checkCredentials(services, { email, password: PASSWORD })).rejects.toThrow();
  const again = await comeBack(shop, await agreeElsewhere(shop, { email }));
  expect(again).toMatchObject({ kind: "known", user: { id: user.id } });
});

test("S12 the second factor is asked for, and a locked account stays closed", async () => {
  const { user, email } = await makeByProvider();
  await shop.sql(
    "INSERT INTO totp_factors (user_id, sealed_secret, confirmed_at) VALUES ($1, 'x', now())",
    [user.id],
  );
  const back = await agreeElsewhere(shop, { email });
  expect(await comeBack(shop, back)).toMatchObject({ kind: "known", hasSecondFactor: true });
  await shop.sql("UPDATE users SET locked_at = now() WHERE id = $1", [user.id]);
  await expect(comeBack(shop, await agreeElsewhere(shop, { email }))).rejects.toThrow("locked");
});

test("S05 adding and removing ask for the password, and a notice tells of both", async () => {
  const account = await makeAccount(shop);
  const { id: userId, email } = account;
  const wish = { provider: "google", userId, password: "not the password" } as const;
  await expect(beginSocialLink(shop.services, wish)).rejects.toThrow("not your current password");
  expect(await link(await agreeElsewhere(shop, {}, { userId }), account)).toEqual({
    kind: "linked",
  });
  await expect(unlinkIdentity(shop.services, { ...wish, device: DEVICE })).rejects.toThrow(
    "not your current password",
  );
  await unlinkIdentity(shop.services, { ...wish, password: PASSWORD, device: DEVICE });
  expect(await mailsTo(shop, email)).toEqual(["identity-linked", "identity-removed"]);
  expect(await eventsOf(shop, userId)).toEqual(["identity-linked", "identity-removed"]);
});

test("S12 what was begun for one account is not added to another, or to nobody's", async () => {
  const account = await makeAccount(shop);
  const stranger = await makeAccount(shop);
  const wish = { userId: account.id };
  for (const session of [null, sessionOf(stranger)]) {
    const back = await agreeElsewhere(shop, {}, wish);
    await expect(comeBack(shop, back, session)).rejects.toThrow("sign in first");
  }
  const [row] = await shop.sql<{ count: number }>(
    "SELECT count(*)::int FROM identities WHERE user_id IN ($1, $2)",
    [account.id, stranger.id],
  );
  expect(row?.count).toBe(0);
});

test("S12 an identity belongs to one account, and an account has one of each provider", async () => {
  const { user, email } = await makeByProvider();
  const account = await makeAccount(shop);
  const theirs = await agreeElsewhere(shop, { email }, { userId: account.id });
  await expect(link(theirs, account)).rejects.toThrow("belongs to an account already");
  const second = await agreeElsewhere(shop, {}, { userId: user.id });
  await expect(link(second, user)).rejects.toThrow("same provider");
  const again = await comeBack(shop, await agreeElsewhere(shop, { email }));
  expect(again).toMatchObject({ kind: "known", user: { id: user.id } });
});

test("the last way to sign in can't be removed", async () => {
  const { user, email } = await makeByProvider();
  const wish = { provider: "google", userId: user.id, device: DEVICE } as const;
  for (const password of ["none", "", PASSWORD])
    await expect(unlinkIdentity(shop.services, { ...wish, password })).rejects.toThrow();
  const again = await comeBack(shop, await agreeElsewhere(shop, { email }));
  expect(again).toMatchObject({ kind: "known" });
});
