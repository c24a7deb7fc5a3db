import type { Page } from "@playwright/test";
import { pendingPeople, takeFlow } from "#lib/accounts/social-flow.ts";
import { makePersonWithPassword, PASSWORD } from "../support/e2e-account.ts";
import { newAddress, shopServices } from "../support/e2e-shop.ts";
import { agreeByRequest, beSomebody, signInWith } from "../support/e2e-social.ts";
import { expect, test } from "../support/e2e.ts";

const SHOP = "http://shop.example";
const TOO_LATE = "That took more than ten minutes";
const heading = (page: Page) => page.getByRole("heading", { level: 1 });

test("a sign-in by Google that took too long says so, and keeps where one was going", async ({
  page,
}) => {
  await page.goto("/sign-in?next=%2Fcourses");
  await page.getByRole("button", { name: "Continue with Google" }).click();
  await forgetFlow(page);
  await beSomebody(page, { email: newAddress() });
  await expect(page.getByRole("alert")).toContainText(TOO_LATE);
  expect(await cookieOf(page, "__Host-session")).toBeUndefined();
  await expect(page.locator("input[name=next]").first()).toHaveValue("/courses");
});

test("who takes too long to make an account is told so, and keeps where one was going", async ({
  page,
}) => {
  await signInWith(page, "Google", { email: newAddress() });
  await expect(heading(page)).toHaveText("Create an account");
  const token = (await cookieOf(page, "__Host-social-person")) ?? "";
  const { redis } = shopServices();
  expect(await pendingPeople.find(redis, token)).not.toBeNull();
  await pendingPeople.delete(redis, token);
  await page.getByLabel(/I accept/).check();
  await page.getByRole("button", { name: "Make my account" }).click();
  await expect(page.getByRole("alert")).toContainText(TOO_LATE);
  await expect(page.locator("input[name=next]").first()).toHaveValue("/courses");
});

test("who takes too long to connect Google is told so on the page of connected accounts", async ({
  page,
  login,
}) => {
  await login(await makePersonWithPassword());
  await page.goto("/account/connected");
  const google = page.getByRole("region", { name: "Google" });
  await google.getByLabel("Current password").fill(PASSWORD);
  await google.getByRole("button", { name: "Connect" }).click();
  await forgetFlow(page);
  await beSomebody(page, { email: newAddress() });
  await expect(page).toHaveURL("/account/connected?problem=expired");
  await expect(page.getByRole("alert")).toContainText(TOO_LATE);
});

test("S38 an answer that belongs to nothing leads to no other site", async ({ visitor }) => {
  for (const [next, kept] of [
    ["/courses", "/courses"],
    ["//evil.example", "/learn"],
    ["https://evil.example", "/learn"],
  ] as const) {
    const headers = { Cookie: `__Host-social-next=${encodeURIComponent(next)}` };
    const back = await visitor.get("/sign-in/with/google/callback?state=none", { headers });
    const { origin, pathname, searchParams } = leadsTo(back.headers()["location"]);
    expect([origin, pathname], next).toEqual([SHOP, "/sign-in"]);
    expect(searchParams.get("next"), next).toBe(kept);
  }
});

test("what was kept for one sign-in is forgotten when it is over", async ({ visitor }) => {
  const keptNames = async () => (await visitor.storageState()).cookies.map(({ name }) => name);
  const back = await agreeByRequest(visitor, { email: newAddress() });
  expect(await keptNames()).toContain("__Host-social-next");
  await visitor.get(back);
  const form = { name: "Kim", terms: "on" };
  await visitor.post("/sign-in/with/finish?_action=makeSocialAccount", { form });
  expect(await keptNames()).toContain("__Host-session");
  expect(await keptNames()).not.toContain("__Host-social-next");
});

function leadsTo(location = ""): URL {
  return new URL(location, SHOP);
}

async function cookieOf(page: Page, cookie: string): Promise<string | undefined> {
  return (await page.context().cookies()).find(({ name }) => name === cookie)?.value;
}

/** Does to the sign-in that is open at the provider what ten minutes do. */
async function forgetFlow(page: Page): Promise<void> {
  await expect(heading(page)).toContainText("who are you?");
  const state = new URL(page.url()).searchParams.get("state") ?? "";
  const browser = (await cookieOf(page, "__Host-social")) ?? "";
  expect(await takeFlow(shopServices().redis, { state, browser })).not.toBeNull();
}
