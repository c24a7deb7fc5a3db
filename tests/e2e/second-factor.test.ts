import type { Page } from "@playwright/test";
import { totpCode } from "#lib/accounts/totp.ts";
import { waitForMail } from "../support/e2e-mailbox.ts";
import { expectNothingInTheWay } from "../support/e2e-page.ts";
import { makePersonWithPassword, openElsewhere, PASSWORD, signIn } from "../support/e2e-account.ts";
import type { Person } from "../support/e2e-shop.ts";
import { addSession, expect, test } from "../support/e2e.ts";

// Each code counts once: the next sign-in has one of the next half minute, which counts already.
const nextPeriod = () => new Date(Date.now() + 30_000);

test("S11 a second factor is set up, asked for, and turned off", ({ page, browser, login }) =>
  useSecondFactor(page, async () => openElsewhere(browser), login));

test.describe(() => {
  test.use({ javaScriptEnabled: false });

  test("S11 all of it works without JavaScript", ({ page, browser, login }) =>
    useSecondFactor(page, async () => openElsewhere(browser, false), login));
});

async function useSecondFactor(
  page: Page,
  elsewhere: () => Promise<Page>,
  login: (person: Person) => Promise<unknown>,
): Promise<void> {
  const person = await makePersonWithPassword();
  await login(person);
  const { secret, codes } = await test.step("set it up", () => setUp(page));
  await waitForMail(person.email, /second factor is on/i);
  const other = await elsewhere();
  await test.step("a right password is not enough", async () => {
    await signIn(other, person.email, PASSWORD);
    await expect(other.getByRole("heading", { level: 1 })).toHaveText("Second step");
    await other.goto("/account");
    await expect(other, "nobody is signed in yet").toHaveURL(/\/sign-in\?next=/);
    await signIn(other, person.email, PASSWORD);
    await other.getByLabel("Code").fill("000000");
    await other.getByRole("button", { name: "Sign in" }).click();
    await expect(other.getByRole("alert")).toContainText("This code is wrong");
    await other.getByLabel("Code").fill(totpCode(secret, nextPeriod()));
    await other.getByRole("button", { name: "Sign in" }).click();
    await expect(other).toHaveURL("/learn");
  });
  await test.step("turn it off with a recovery code", async () => {
    await page.goto("/account/second-factor");
    await expect(page.getByText("10 of your recovery codes are left")).toBeVisible();
    await page.getByLabel("Code, to turn it off").fill(codes[0] ?? "");
    await page.getByRole("button", { name: "Turn it off" }).click();
    await expect(page.getByRole("heading", { name: "It is off" })).toBeVisible();
    await page.goto("/account/security");
    await expect(page.getByText("Second factor turned off")).toBeVisible();
  });
  await waitForMail(person.email, /second factor is off/i);
}

/** Sets an authenticator up on the open page; gives its key and the recovery codes. */
async function setUp(page: Page): Promise<{ secret: string; codes: string[] }> {
  await page.goto("/account/security");
  await page.getByRole("link", { name: "Second factor" }).click();
  await page.getByRole("button", { name: "Set it up" }).click();
  await expect(page.getByRole("img", { name: "QR code" })).toBeVisible();
  const secret = (await page.locator(".secret").innerText()).replaceAll(" ", "");
  await page.getByLabel("Code that it shows now").fill("000000");
  await page.getByRole("button", { name: "Turn it on" }).click();
  await expect(page.getByRole("alert")).toContainText("This code is wrong");
  expect((await page.locator(".secret").innerText()).replaceAll(" ", ""), "the key stays").toBe(
    secret,
  );
  await page.getByLabel("Code that it shows now").fill(totpCode(secret, new Date()));
  await page.getByRole("button", { name: "Turn it on" }).click();
  await expect(page.getByRole("heading", { name: /Keep these codes/ })).toBeVisible();
  return { secret, codes: await page.locator(".codes code").allInnerTexts() };
}

test("S12 a right password without its code leaves nothing that opens a page", async ({
  visitor,
  page,
  login,
  browser,
}) => {
  const person = await makePersonWithPassword();
  await login(person);
  await setUp(page);
  const other = await openElsewhere(browser);
  await signIn(other, person.email, PASSWORD);
  await expect(other.getByRole("heading", { level: 1 })).toHaveText("Second step");
  const cookies = await other.context().cookies();
  expect(cookies.map(({ name }) => name)).toContain("__Host-second-step");
  expect(cookies.map(({ name }) => name)).not.toContain("__Host-session");
  const step = cookies.find(({ name }) => name === "__Host-second-step")?.value ?? "";
  const headers = { Cookie: `__Host-session=${step}` };
  expect((await visitor.get("/account", { headers })).status()).toBe(303);
});

test("S01 an admin without a second factor finds the admin pages closed", async ({
  page,
  visitor,
}) => {
  const admin = await makePersonWithPassword("admin");
  await signIn(page, admin.email, PASSWORD);
  await expect(page).toHaveURL("/learn");
  const response = await page.goto("/admin");
  expect(response?.status()).toBe(403);
  await expect(page.getByText("Staff needs a second factor")).toBeVisible();
  const [session] = (await page.context().cookies()).filter(
    ({ name }) => name === "__Host-session",
  );
  const refused = await visitor.post("/_actions/grantCourses", {
    headers: { Cookie: `__Host-session=${session?.value ?? ""}` },
    form: { email: admin.email, courses: "redis-beyond-caching", reason: "Mine" },
  });
  expect(refused.status()).toBe(403);
  await setUp(page);
  expect((await page.goto("/admin"))?.status(), "and open with it").toBe(200);
});

test("the second step without a first one leads to the sign-in", async ({ page }) => {
  await page.goto("/sign-in/second-step");
  await expect(page).toHaveURL(/\/sign-in\?next=/);
});

for (const state of ["off", "begun", "on", "asked for"])
  test(`a second factor that is ${state}: nothing in the way of anybody`, async ({ page }) => {
    const person = await makePersonWithPassword();
    await addSession(page.context(), person);
    await page.emulateMedia({ reducedMotion: "reduce" });
    await page.goto("/account/second-factor");
    if (state === "begun") {
      await page.getByRole("button", { name: "Set it up" }).click();
      await expect(page.getByRole("img", { name: /QR/i })).toBeVisible();
    }
    if (state === "on" || state === "asked for") await setUp(page);
    if (state === "asked for") {
      await page.context().clearCookies();
      await signIn(page, person.email, PASSWORD);
      await expect(page.getByLabel("Code")).toBeVisible();
    }
    await expectNothingInTheWay(page);
  });
