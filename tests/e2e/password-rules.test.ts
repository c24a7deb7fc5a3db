import type { APIRequestContext } from "@playwright/test";
import { newAddress } from "../support/e2e-shop.ts";
import { expect, test } from "../support/e2e.ts";

const LETTERS = "heron plums barge winter copper lantern ";

test("S01: a password of 10 to 128 characters of any kind is taken, one of 9 or 129 is not", async ({
  visitor,
}) => {
  const lengths = { 1: 400, 9: 400, 10: 303, 15: 303, 64: 303, 128: 303, 129: 400, 200: 400 };
  for (const [length, status] of Object.entries(lengths)) {
    const password = LETTERS.repeat(6).slice(3, 3 + Number(length));
    const answer = await signUp(visitor, password);
    expect(answer.status(), `${length} characters`).toBe(status);
    if (status === 400) expect(await answer.text()).toContain('id="password-error"');
  }
});

test("S01: a megabyte is refused before it is read as a form", async ({ visitor }) => {
  const startedAt = Date.now();
  const answer = await signUp(visitor, "x".repeat(1024 * 1024));
  expect(answer.status()).toBe(413);
  expect(Date.now() - startedAt, "nothing was hashed").toBeLessThan(5_000);
});

test("S02: spaces, signs and letters of any script are taken as they are", async ({ visitor }) => {
  for (const password of ["          x          ", "🔑🚢🦊 ключ 鍵 مفتاح", "<b>'; DROP TABLE"])
    expect((await signUp(visitor, password)).status(), password).toBe(303);
});

test("S03 S04: a sign-up is told beside the field why a password would be guessed", async ({
  page,
}) => {
  await page.goto("/sign-up");
  await page.getByLabel("Name").fill("Kim Buyer");
  await page.getByLabel("E-mail address").fill(newAddress());
  const field = page.getByLabel("Password", { exact: true });
  for (const [password, words] of [
    ["1q2w3e4r5t", /guessed first/],
    ["KimBuyer1999", /name that others know/],
    ["letmein-please-2020", /data breach/],
  ] as const) {
    await field.fill(password);
    await page.getByLabel("I accept the terms").check();
    await page.getByRole("button", { name: "Send me a code" }).click();
    await expect(field).toHaveAccessibleDescription(words);
    await expect(page.getByLabel("Name")).toHaveValue("Kim Buyer");
  }
});

test("S01: while a password is chosen, its length is judged in words", async ({ page }) => {
  await page.goto("/sign-up");
  const status = page.locator("main form").getByRole("status");
  const field = page.getByLabel("Password", { exact: true });
  for (const [password, words] of [
    ["nine char", "Not long enough yet"],
    ["aaaaaaaaaaaaaaaaaaaa", "Long enough, but the same few"],
    ["heron plums", "Long enough. One more word"],
    ["heron plums barge", "Good, as long as"],
  ] as const) {
    await field.fill(password);
    await expect(status).toContainText(words);
  }
  await field.fill("");
  await expect(status).toContainText("At least 10 characters");
});

function signUp(visitor: APIRequestContext, password: string) {
  const form = { name: "Kim Buyer", email: newAddress(), password, terms: "on" };
  return visitor.post("/sign-up?_action=signUp", { form });
}
