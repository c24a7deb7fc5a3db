import type { Page } from "@playwright/test";
import { agree } from "../support/e2e-page.ts";
import { readCode, waitForMail } from "../support/e2e-mailbox.ts";
import { COURSE, newAddress } from "../support/e2e-shop.ts";
import { DECLINED_CARD, PAYING_CARD, payOnPage } from "../support/e2e-stripe.ts";
import { expect, test } from "../support/e2e.ts";

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

test("a visitor signs up, buys a course, takes a lesson and signs out", ({ page }) => {
  return buyAndLearn(page);
});

test.describe(() => {
  test.use({ javaScriptEnabled: false });

  test("all of it works without JavaScript", ({ page }) => buyAndLearn(page));
});

test.describe(() => {
  test.use(PHONE);

  test("all of it works on a phone", ({ page }) => buyAndLearn(page));
});

async function buyAndLearn(page: Page): Promise<void> {
  const email = newAddress();
  await test.step("from the course to the sign-up", async () => {
    await page.goto("/");
    await page.getByRole("link", { name: "Redis beyond caching" }).click();
    await page
      .getByRole("link", { name: /^Buy for/ })
      .filter({ visible: true })
      .first()
      .click();
    await expect(page.getByText("Then you go on to the checkout")).toBeVisible();
    await page.getByRole("link", { name: "Create an account" }).click();
    await expect(page.getByText("Then you go on to the checkout")).toBeVisible();
  });
  await test.step("sign up with the code from the mail", () => signUp(page, email));
  await test.step("buy, declined first", () => buy(page));
  await test.step("the receipt comes", async () => {
    const receipt = await waitForMail(email, /receipt/i);
    expect(receipt.text).toContain("Redis beyond caching");
  });
  await test.step("take the first lesson", () => learn(page));
  await test.step("sign out for good", () => signOut(page));
}

async function signUp(page: Page, email: string): Promise<void> {
  await page.getByLabel("Name").fill("Kim Buyer");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill("a long enough password");
  await page.getByLabel("I accept the terms").check();
  await page.getByRole("button", { name: "Send me a code" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Confirm your address");
  await page.getByLabel("Code from the mail").fill(await readCode(email));
  await page.getByRole("button", { name: "Confirm and sign in" }).click();
  await expect(page).toHaveURL(`/checkout/${COURSE}`);
}

async function buy(page: Page): Promise<void> {
  await agree(page);
  await page.getByRole("button", { name: /^Continue to payment/ }).click();
  await expect(page).toHaveURL(/\/c\/pay\/cs_/);
  await payOnPage(page, DECLINED_CARD);
  await expect(page.getByText("Your card was declined.")).toBeVisible();
  await payOnPage(page, PAYING_CARD);
  await expect(page).toHaveURL(/\/orders\/[0-9a-f-]{36}$/);
  await expect(page.getByRole("heading", { name: "Paid" })).toBeVisible();
}

async function learn(page: Page): Promise<void> {
  await page.getByRole("link", { name: /^Open “Redis/ }).click();
  await page.goto("/learn");
  await page.getByRole("link", { name: "Start the first lesson" }).click();
  await expect(page.locator(".prose")).toContainText("session");
  await page.getByRole("button", { name: "Mark this lesson as done" }).click();
  await expect(page.getByRole("button", { name: "Mark as not done" })).toBeVisible();
  await page.goto("/learn");
  await expect(page.getByRole("list", { name: "My courses" })).toContainText("1 of 5 lessons done");
  await page.getByRole("link", { name: "Continue where you stopped" }).click();
  await expect(page.getByText("Lesson 2 of 5").filter({ visible: true }).first()).toBeVisible();
}

async function signOut(page: Page): Promise<void> {
  const cookies = await page.context().cookies();
  const session = cookies.find(({ name }) => name === "__Host-session");
  if (!session) throw new Error("Nobody is signed in.");
  await page.goto("/account");
  await page.getByRole("button", { name: "Sign out", exact: true }).last().click();
  await expect(page).toHaveURL("/sign-in?signed-out");
  await expect(page.getByRole("heading", { name: "You are signed out" })).toBeVisible();
  await page.context().addCookies([session]);
  const replay = await page.request.get("/learn", { maxRedirects: 0 });
  expect(replay.status(), "a cookie from before opens nothing").toBe(303);
  expect(replay.headers().location).toBe("/sign-in?next=%2Flearn");
}
