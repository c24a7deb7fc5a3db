import { randomUUID } from "node:crypto";
import type { APIRoute } from "astro";
import { afterAll, beforeAll, expect, test } from "vitest";
import { requestPasswordReset, resetToken } from "#lib/accounts/password-reset.ts";
import { findRegistration } from "#lib/accounts/queries.ts";
import { registrationCode } from "#lib/accounts/registration.ts";
import { findPasswordReset } from "#lib/accounts/reset-queries.ts";
import {
  beginSecondFactor,
  confirmSecondFactor,
  findFactorState,
} from "#lib/accounts/second-factor.ts";
import { createSession, readSession, type Session } from "#lib/accounts/sessions.ts";
import { signUp } from "#lib/accounts/sign-up.ts";
import { totpCode } from "#lib/accounts/totp.ts";
import { GET as comeBackFrom } from "../../../src/pages/sign-in/with/[provider]/callback.ts";
import type { Database } from "#lib/services/database.ts";
import { makeJar, type CookieJar } from "../../support/cookie-jar.ts";
import { openShop, type TestShop } from "../../support/shop.ts";
import { DEVICE, makeAccount, NEW_PASSWORD, PASSWORD, warmUp } from "../lib/accounts/account.ts";
import { agreeElsewhere, comeBack, sessionOf } from "../lib/accounts/social-account.ts";
import { act as sendForm, contextOf } from "./context.ts";

// What the forms and the callback leave in a browser, without the browser.

let shop: TestShop;
const later: Promise<unknown>[] = [];
beforeAll(async () => {
  shop = await openShop();
  await warmUp(shop);
});
afterAll(async () => {
  await Promise.all(later);
  await shop.stop();
});

function act(
  jar: CookieJar,
  name: Parameters<typeof sendForm>[1],
  input: object,
  session: Session | null = null,
): Promise<{ next?: string }> {
  return sendForm(shop.services, name, input, { jar, session, later });
}

async function openedBy(jar: CookieJar) {
  const id = jar.valueOf("__Host-session");
  return id === undefined ? null : readSession(shop.services.redis, id, new Date());
}

/** Somebody with an authenticator. */
async function makeProtected() {
  const user = await makeAccount(shop);
  const { id: userId, email } = user;
  const now = new Date(Date.now() - 60_000);
  await beginSecondFactor(shop.services, { userId, now });
  const state = await findFactorState(shop.services, { userId, email });
  if (state.kind !== "begun") throw new Error(state.kind);
  const code = totpCode(state.secret, now);
  await confirmSecondFactor(shop.services, { userId, code, device: DEVICE, now });
  return { user, code: () => totpCode(state.secret, new Date()) };
}

test("S12: a password opens a session, and with a second factor not before its code", async () => {
  const plain = await makeAccount(shop);
  const jar = makeJar();
  await act(jar, "signIn", { email: plain.email, password: PASSWORD });
  expect(await openedBy(jar)).toMatchObject({ userId: plain.id, isSecondFactorUsed: false });

  const { user, code } = await makeProtected();
  const other = makeJar();
  const { next } = await act(other, "signIn", { email: user.email, password: PASSWORD });
  expect(next).toMatch(/^\/sign-in\/second-step\?/);
  expect(other.written.map(({ name }) => name)).toEqual(["__Host-second-step"]);
  await act(other, "confirmSecondStep", { code: "000000" }).catch(() => undefined);
  expect(await openedBy(other), "a wrong code").toBeNull();
  await act(other, "confirmSecondStep", { code: code() });
  expect(await openedBy(other)).toMatchObject({ userId: user.id, isSecondFactorUsed: true });
});

test("S16: a password that is changed while it is being checked, or before the code, opens nothing", async () => {
  const change = (id: string) =>
    shop.sql("UPDATE users SET password_changed_at = now() WHERE id = $1", [id]);
  const plain = await makeAccount(shop);
  const read: Database["read"] = async (...statement) => {
    const rows = await shop.services.database.read(...statement);
    if (JSON.stringify(rows).includes("passwordHash")) await change(plain.id);
    return rows as never;
  };
  const services = { ...shop.services, database: { ...shop.services.database, read } };
  const jar = makeJar();
  const signIn = { email: plain.email, password: PASSWORD };
  await expect(sendForm(services, "signIn", signIn, { jar, later })).rejects.toThrow(/changed/);
  expect(await openedBy(jar)).toBeNull();
  await act(jar, "signIn", signIn);
  expect(await openedBy(jar)).toMatchObject({ userId: plain.id });

  const { user, code } = await makeProtected();
  const other = makeJar();
  await act(other, "signIn", { email: user.email, password: PASSWORD });
  await change(user.id);
  await expect(act(other, "confirmSecondStep", { code: code() })).rejects.toThrow(/changed/);
  expect(await openedBy(other)).toBeNull();
});

test("S12: a code that was typed for one account is worth nothing for another", async () => {
  const { services } = shop;
  const former = await makeAccount(shop);
  const id = await createSession(
    services.redis,
    { ...former, isSecondFactorUsed: true },
    new Date(),
  );
  const jar = makeJar({ "__Host-session": id });
  const session = await openedBy(jar);
  const { id: userId, email } = await makeAccount(shop);
  await act(jar, "signIn", { email, password: PASSWORD }, session);
  expect(await openedBy(jar)).toMatchObject({ userId, isSecondFactorUsed: false });
  expect(await readSession(services.redis, id, new Date()), "the former one").toBeNull();
});

test("S12: another provider opens a session, and with a second factor not before its code", async () => {
  const { user } = await makeProtected();
  const email = `${randomUUID()}@example.net`;
  const added = await agreeElsewhere(shop, { email }, { userId: user.id });
  await comeBack(shop, added, sessionOf(user));
  const { provider, answer, browser } = await agreeElsewhere(shop, { email });
  const jar = makeJar({ "__Host-social": browser });
  const address = `/sign-in/with/${provider}/callback?${answer.toString()}`;
  const context = contextOf(shop.services, { jar, address, later });
  const back = await comeBackFrom({
    ...context,
    params: { provider },
  } as unknown as Parameters<APIRoute>[0]);
  expect(await back.json()).toMatchObject({
    location: expect.stringMatching(/^\/sign-in\/second-step\?/) as string,
  });
  expect(await openedBy(jar)).toBeNull();
  expect(jar.valueOf("__Host-second-step")).toBeDefined();
});

test("S12: an address that was verified opens a session of its new account", async () => {
  const { services } = shop;
  const email = `${randomUUID()}@example.com`;
  const id = await signUp(services, { name: "Kim", email, password: NEW_PASSWORD });
  const registration = await findRegistration(services.database, id);
  if (!registration) throw new Error("There is no registration.");
  const jar = makeJar({ "__Host-registration": id });
  const code = registrationCode(services.environment.JWT_SECRET, registration);
  await act(jar, "confirmSignUp", { code });
  expect(await openedBy(jar)).toMatchObject({ email, role: "learner", isSecondFactorUsed: false });
});

test("S12 S16: a reset opens no session, and takes the one that the browser had", async () => {
  const { services } = shop;
  const user = await makeAccount(shop);
  const session = await createSession(services.redis, user, new Date());
  await requestPasswordReset(services, user.email);
  const [row] = await shop.sql<{ id: string }>(
    "SELECT id FROM password_resets WHERE user_id = $1",
    [user.id],
  );
  const reset = await findPasswordReset(services.database, row?.id ?? "");
  if (!reset) throw new Error("There is no reset.");
  const token = resetToken(services.environment.JWT_SECRET, reset);
  const jar = makeJar({ "__Host-session": session, "__Host-reset": `${reset.id}.${token}` });
  await act(jar, "resetPassword", { password: NEW_PASSWORD });
  expect(jar.written.map(({ name, value }) => `${name}=${value}`)).toEqual([
    "__Host-reset=",
    "__Host-session=",
  ]);
  expect(await readSession(services.redis, session, new Date())).toBeNull();
});
