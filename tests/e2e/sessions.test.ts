import { randomBytes, randomUUID } from "node:crypto";
import type { APIRequestContext, APIResponse, Page } from "@playwright/test";
import { hashPassword } from "#lib/accounts/passwords.ts";
import { ACTIONS, PAGES } from "../support/access-table.ts";
import {
  COURSE,
  makePerson,
  newAddress,
  newClientAddress,
  shopServices,
} from "../support/e2e-shop.ts";
import { expect, test } from "../support/e2e.ts";

const PASSWORD = "four words of it";

test("S22 S30: a planted session id opens nothing, and signing in gives another", async ({
  visitor,
}) => {
  const email = await makeAccount();
  const planted = randomBytes(32).toString("base64url");
  const answer = await signIn(visitor, email, planted);
  expect(answer.status()).toBe(303);
  const fresh = sessionOf(answer);
  expect(Buffer.from(fresh, "base64url")).toHaveLength(32);
  expect(fresh).not.toBe(planted);
  expect(await opensAccount(visitor, fresh)).toBe(true);
  expect(await opensAccount(visitor, planted)).toBe(false);
  const cookies = cookiesOf(answer);
  expect(cookies.map(nameOf).sort()).toEqual(["__Host-device", "__Host-session"]);
  for (const cookie of cookies) expectClosed(cookie);
});

test("S30: every other cookie is as closed as the session's", async ({ visitor }) => {
  const link = `${randomUUID()}&token=${randomBytes(32).toString("base64url")}`;
  const account = { name: "Kim", email: newAddress(), password: PASSWORD, terms: "on" };
  const begun = await visitor.post("/sign-up?_action=signUp", { form: account });
  const answers = [
    begun,
    await visitor.get(`/sign-up/confirm?registration=${link}`),
    await visitor.get(`/reset-password?reset=${link}`),
    await visitor.get(`/account/email?change=${link}`),
    await visitor.get(`/api/unsubscribe?person=${link}`),
    await visitor.post("/cart?_action=addToCart", { form: { course: COURSE } }),
    await visitor.post("/api/passkeys/challenge"),
    await visitor.post("/sign-in?_action=startSocialSignIn", { form: { provider: "google" } }),
  ];
  const cookies = answers.flatMap(cookiesOf);
  expect(cookies.map(nameOf)).toEqual([
    "__Host-registration",
    "__Host-confirmation",
    "__Host-reset",
    "__Host-email-change",
    "__Host-unsubscribe",
    "__Host-cart",
    "__Host-passkey",
    "__Host-social",
    "__Host-social-next",
  ]);
  for (const cookie of cookies) expectClosed(cookie);
});

test("S22: whoever plants a session of their own is not in the account afterwards", async ({
  visitor,
}) => {
  const stranger = await makePerson();
  const fresh = sessionOf(await signIn(visitor, await makeAccount(), stranger.session));
  expect(fresh).not.toBe(stranger.session);
  expect(await opensAccount(visitor, fresh)).toBe(true);
  expect(await opensAccount(visitor, stranger.session)).toBe(false);
});

test("S25 S65: after signing out the same cookie opens nothing, and the browser forgets", async ({
  visitor,
}) => {
  const session = sessionOf(await signIn(visitor, await makeAccount()));
  const headers = { Cookie: `__Host-session=${session}` };
  expect(await opensAccount(visitor, session)).toBe(true);
  const out = await visitor.post("/sign-out?_action=signOut", { headers, form: {} });
  expect(out.status()).toBe(303);
  expect(out.headers()["clear-site-data"]).toBe('"cache", "storage"');
  expect(cookiesOf(out).join("\n")).toMatch(
    /^__Host-session=(deleted)?;.*Expires=Thu, 01 Jan 1970/m,
  );
  for (const { path, method, outcomes } of Object.values(PAGES))
    if (!method && outcomes[0] === "sign-in" && !path.includes("{")) {
      const replayed = await visitor.get(path, { headers: { ...headers, ...elsewhere() } });
      expect.soft(replayed.status(), path).toBe(303);
      expect.soft(replayed.headers().location, path).toMatch(/^\/sign-in/);
    }
  for (const { path, form, outcomes } of Object.values(ACTIONS))
    if (outcomes[0] === 401) {
      const sent = { headers: { ...headers, ...elsewhere() }, ...(form && { form }) };
      expect.soft((await visitor.post(path, sent)).status(), path).toBeGreaterThanOrEqual(400);
    }
});

test("S65: after signing out the browser holds nothing of the shop, and nothing was put there before", async ({
  page,
  login,
}) => {
  await login();
  for (const path of ["/account", "/learn", "/cart", "/contact"]) {
    await page.goto(path);
    expect.soft(await readStorage(page), path).toEqual([]);
  }
  // Nothing of ours is kept there: what another script left goes, too.
  await page.evaluate(() => {
    localStorage.setItem("planted", "1");
    sessionStorage.setItem("planted", "1");
  });
  await page.goto("/sign-out");
  await page
    .getByRole("main")
    .getByRole("button", { name: /sign out/i })
    .first()
    .click();
  await expect(page.getByRole("link", { name: "Sign in" }).first()).toBeVisible();
  await expect.poll(() => readStorage(page)).toEqual([]);
});

test("S28: every page of a person who is signed in offers to sign out", async ({ visitor }) => {
  for (const role of ["learner", "admin"] as const) {
    const { session } = await makePerson("Kim Buyer", role);
    for (const [name, { path, method }] of Object.entries(PAGES)) {
      if (method || path.includes("{") || !name.endsWith(".astro")) continue;
      const headers = { Cookie: `__Host-session=${session}`, ...elsewhere() };
      const answer = await visitor.get(path, { headers });
      if (answer.status() === 200)
        expect
          .soft(await answer.text(), `${name} as ${role}`)
          .toMatch(/action="[^"]*\?_action=signOut"/);
    }
  }
});

test("S07: a password of four hundred days ago still signs in", async ({ visitor }) => {
  const email = await makeAccount();
  await shopServices().database.write`
    UPDATE users
    SET created_at = now() - interval '400 days', updated_at = now() - interval '400 days',
        password_changed_at = now() - interval '400 days'
    WHERE email = ${email}`;
  expect((await signIn(visitor, email)).status()).toBe(303);
});

/** The names of all that this origin keeps in the browser, cookies aside. */
async function readStorage(page: Page): Promise<string[]> {
  return page.evaluate(async () => [
    ...Object.keys(localStorage),
    ...Object.keys(sessionStorage),
    ...(await indexedDB.databases()).map(({ name }) => name ?? ""),
    ...(await caches.keys()),
  ]);
}

function elsewhere(): Record<string, string> {
  return { "CF-Connecting-IP": newClientAddress() };
}

async function makeAccount(): Promise<string> {
  const email = newAddress();
  const hash = await hashPassword(PASSWORD);
  await shopServices().database.write`
    INSERT INTO users (email, name, password_hash, role)
    VALUES (${email}, 'Kim Owner', ${hash}, 'learner')`;
  return email;
}

function signIn(visitor: APIRequestContext, email: string, planted?: string): Promise<APIResponse> {
  const headers = planted ? { Cookie: `__Host-session=${planted}` } : {};
  const form = { email, password: PASSWORD, remember: "on" };
  return visitor.post("/sign-in?_action=signIn", { headers, form });
}

async function opensAccount(visitor: APIRequestContext, session: string): Promise<boolean> {
  const headers = { Cookie: `__Host-session=${session}`, ...elsewhere() };
  return (await visitor.get("/account", { headers })).status() === 200;
}

function cookiesOf(answer: APIResponse): string[] {
  return answer
    .headersArray()
    .filter(({ name }) => /^set-cookie$/i.test(name))
    .map(({ value }) => value);
}

function nameOf(cookie: string): string {
  return cookie.slice(0, cookie.indexOf("="));
}

function expectClosed(cookie: string): void {
  expect.soft(cookie).toMatch(/^__Host-[\w-]+=/);
  for (const attribute of ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"])
    expect.soft(cookie).toContain(attribute);
  expect.soft(cookie).not.toMatch(/domain=/i);
}

function sessionOf(answer: APIResponse): string {
  const [, session = ""] = /__Host-session=([\w-]{43})/.exec(cookiesOf(answer).join("\n")) ?? [];
  return session;
}
