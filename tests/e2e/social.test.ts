import type { Page } from "@playwright/test";
import {
  beginSecondFactor,
  confirmSecondFactor,
  findFactorState,
} from "#lib/accounts/second-factor.ts";
import { insertIdentity } from "#lib/accounts/social-queries.ts";
import { totpCode } from "#lib/accounts/totp.ts";
import { openidPerson } from "#local/openid-people.ts";
import { makePersonWithPassword, PASSWORD, signIn } from "../support/e2e-account.ts";
import { waitForMail } from "../support/e2e-mailbox.ts";
import { expectNothingInTheWay } from "../support/e2e-page.ts";
import { makePerson, newAddress, shopServices, type Person } from "../support/e2e-shop.ts";
import { agreeByRequest, beSomebody, signInWith } from "../support/e2e-social.ts";
import { readVariable } from "../support/e2e-variables.ts";
import { addSession, expect, test } from "../support/e2e.ts";

const DEVICE = { name: "Firefox on Linux", place: null };
const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const sessionOf = async (page: Page) =>
  (await page.context().cookies()).find(({ name }) => name === "__Host-session")?.value;

/** Makes Google know the person, as if they had connected it before. */
async function connectGoogle({ id, email }: Person): Promise<void> {
  const { subject } = openidPerson("", email, true);
  await insertIdentity(shopServices().database, {
    ...{ userId: id, provider: "google", providerName: "Google", subject, email },
    ...{ device: DEVICE, noticeId: crypto.randomUUID() },
  });
}

test("S12 somebody new makes an account by Google", ({ page }) => makeAccount(page));
test("S12 an account that is there is connected by who signs in to it", ({ page }) =>
  connectFirst(page));
test("S05 connecting on the account page asks for the password", ({ page, login }) =>
  connectOnAccount(page, login));

test.describe(() => {
  test.use({ javaScriptEnabled: false });

  test("S12 an account by Google, without JavaScript", ({ page }) => makeAccount(page));
  test("S12 connecting an account, without JavaScript", ({ page }) => connectFirst(page));
  test("S05 connecting on the account page, without JavaScript", ({ page, login }) =>
    connectOnAccount(page, login));
});

async function makeAccount(page: Page): Promise<void> {
  const email = newAddress();
  await signInWith(page, "Google", { email });
  await expect(heading(page)).toHaveText("Create an account");
  await page.getByRole("button", { name: "Make my account" }).click();
  await expect(page.getByRole("alert")).toContainText("Please accept the terms");
  expect(await sessionOf(page), "nobody is signed in yet").toBeUndefined();
  await page.getByLabel(/I accept/).check();
  await page.getByRole("button", { name: "Make my account" }).click();
  await expect(page).toHaveURL("/courses");
  await page.goto("/account");
  await expect(page.getByRole("main").getByText(email)).toBeVisible();
  await waitForMail(email, /account is open/i);
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page.getByRole("link", { name: "Sign in" }).first()).toBeVisible();
  await signInWith(page, "Google", { email, isVerified: false });
  await expect(page, "known from now on, by no address").toHaveURL("/courses");
  await page.goto("/account/security");
  await expect(page.getByText("none yet")).toBeVisible();
  await page.getByRole("link", { name: "Connected accounts" }).click();
  await expect(page.getByText("Your account has no password")).toBeVisible();
  await expect(page.getByRole("button", { name: /Remove|Connect/ })).toHaveCount(0);
}

async function connectFirst(page: Page): Promise<void> {
  const person = await makePersonWithPassword();
  await signInWith(page, "GitHub", person);
  await expect(heading(page)).toHaveText("Connect GitHub (local)");
  await expect(page.getByRole("button", { name: /Connect/ })).toHaveCount(0);
  expect(await sessionOf(page), "an address opens nothing").toBeUndefined();
  await page.getByRole("link", { name: `Sign in as ${person.email}` }).click();
  await page.getByLabel("E-mail address").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("You are signed in to the account")).toBeVisible();
  const before = await sessionOf(page);
  await page.getByRole("button", { name: "Connect GitHub" }).click();
  await expect(heading(page)).toHaveText("Connected accounts");
  await expect(page.getByText("It is connected")).toBeVisible();
  expect(await sessionOf(page), "S22 the session begins anew").not.toBe(before);
  await waitForMail(person.email, /sign in with GitHub/i);
  await page.goto("/account/security");
  await expect(page.getByText("Sign-in by Google or GitHub added")).toBeVisible();
}

async function connectOnAccount(
  page: Page,
  login: (person: Person) => Promise<Person>,
): Promise<void> {
  const person = await makePersonWithPassword();
  await login(person);
  await page.goto("/account/security");
  await page.getByRole("link", { name: "Connected accounts" }).click();
  const google = page.getByRole("region", { name: "Google" });
  await google.getByLabel("Current password").fill("not the password");
  await google.getByRole("button", { name: "Connect" }).click();
  await expect(page.getByRole("alert")).toContainText("not your current password");
  await google.getByLabel("Current password").fill(PASSWORD);
  await google.getByRole("button", { name: "Connect" }).click();
  await beSomebody(page, { email: newAddress(), isVerified: false });
  await expect(page.getByText("It is connected")).toBeVisible();
  await google.getByLabel("Current password").fill(PASSWORD);
  await google.getByRole("button", { name: "Remove" }).click();
  await expect(page.getByText("It is removed")).toBeVisible();
  await expect(google.getByText("Not connected")).toBeVisible();
  await waitForMail(person.email, /Google.* signs you in no more/i);
}

test("S12 what is begun in one browser ends in no other, and ends once", async ({
  page,
  visitor,
}) => {
  const person = await makePerson();
  await connectGoogle(person);
  const back = await agreeByRequest(visitor, person);
  await page.goto(back);
  await expect(page.getByRole("alert")).toContainText("begun in another browser");
  expect(await sessionOf(page)).toBeUndefined();
  const mine = await visitor.get(back);
  expect(mine.headers()["location"]).toBe("/courses");
  expect(mine.headers()["set-cookie"]).toContain("__Host-session=");
  const again = await visitor.get(back);
  expect(again.headers()["location"]).toContain("problem=expired");
});

test("S12 the second factor is asked for after Google, too", async ({ page, visitor }) => {
  const person = await makePerson();
  await connectGoogle(person);
  const services = shopServices();
  const owner = { userId: person.id, email: person.email };
  await beginSecondFactor(services, { ...owner, now: new Date() });
  const state = await findFactorState(services, owner);
  if (state.kind !== "begun") throw new Error(state.kind);
  const code = totpCode(state.secret, new Date());
  await confirmSecondFactor(services, { ...owner, code, device: DEVICE, now: new Date() });
  await signInWith(page, "Google", person);
  await expect(heading(page)).toHaveText("Second step");
  expect(await sessionOf(page)).toBeUndefined();
  const [step] = (await page.context().cookies()).filter(({ name }) => name.includes("step"));
  const headers = { Cookie: `__Host-session=${step?.value ?? ""}` };
  expect((await visitor.get("/account", { headers })).status()).toBe(303);
  await page.getByLabel("Code").fill(totpCode(state.secret, new Date(Date.now() + 30_000)));
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL("/courses");
});

test("S22 a session from before opens nothing after a sign-in by Google", async ({
  page,
  visitor,
}) => {
  const [before, person] = [await makePerson(), await makePerson()];
  await connectGoogle(person);
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Continue with Google" }).click();
  await expect(heading(page)).toContainText("who are you?");
  await addSession(page.context(), before);
  await beSomebody(page, person);
  await expect(page).toHaveURL("/learn");
  expect(await sessionOf(page)).not.toBe(before.session);
  const headers = { Cookie: `__Host-session=${before.session}` };
  expect((await visitor.get("/account", { headers })).status()).toBe(303);
});

for (const [what, words] of [
  ["locked", "This account is locked"],
  ["unproved", "not confirmed there"],
  ["cancelled", "You cancelled there"],
] as const)
  test(`a sign-in by Google that is ${what} says so, and keeps where one was going`, async ({
    page,
  }) => {
    const person = await makePerson();
    if (what === "locked") {
      await connectGoogle(person);
      await shopServices().database.write`
        UPDATE users SET locked_at = now() WHERE id = ${person.id}`;
    }
    await page.goto("/sign-in?next=%2Fcourses");
    await page.getByRole("button", { name: "Continue with Google" }).click();
    if (what === "cancelled") await page.getByRole("button", { name: "Cancel" }).click();
    else await beSomebody(page, { ...person, isVerified: what === "locked" });
    await expect(page.getByRole("alert")).toContainText(words);
    expect(await sessionOf(page)).toBeUndefined();
    await expect(page.locator("input[name=next]").first()).toHaveValue("/courses");
  });

test("S54 only pages with such a button may lead a form to the providers", async ({ visitor }) => {
  const leads = async (path: string): Promise<boolean> => {
    const policy = (await visitor.get(path)).headers()["content-security-policy"] ?? "";
    const [, targets = ""] = /form-action ([^;]*)/.exec(policy) ?? [];
    return targets.includes(new URL(readVariable("SOCIAL_API_BASE")).origin);
  };
  for (const path of ["/sign-in", "/sign-up"]) expect(await leads(path), path).toBe(true);
  for (const path of ["/", "/cart", "/contact", "/forgot-password"])
    expect(await leads(path), path).toBe(false);
});

for (const state of ["new", "sign-in-first", "may-link", "connected", "trouble"] as const)
  test(`sign-in by others, ${state}: nothing in the way of anybody`, async ({ page }) => {
    await page.emulateMedia({ reducedMotion: "reduce" });
    await openState(page, state);
    await expectNothingInTheWay(page);
  });

async function openState(page: Page, state: string): Promise<void> {
  const person = await makePersonWithPassword();
  if (state === "connected") {
    await connectGoogle(person);
    await addSession(page.context(), person);
    await page.goto("/account/connected");
    await expect(page.getByRole("button", { name: "Remove Google" })).toBeVisible();
    return;
  }
  const isVerified = state !== "trouble";
  await signInWith(page, "Google", {
    email: state === "new" ? newAddress() : person.email,
    isVerified,
  });
  if (state === "trouble") await expect(page.getByRole("alert")).toBeVisible();
  else await expect(page.getByText("Google (local) says that you are")).toBeVisible();
  if (state !== "may-link") return;
  await page.getByRole("link", { name: /Sign in as/ }).click();
  await signIn(page, person.email, PASSWORD);
  await expect(heading(page)).toBeVisible();
  await page.goto("/sign-in/with/finish");
  await expect(page.getByRole("button", { name: "Connect Google" })).toBeVisible();
}
