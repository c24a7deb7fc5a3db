import { readCode, readLink, waitForMail } from "../support/e2e-mailbox.ts";
import { makePersonWithPassword, signIn } from "../support/e2e-account.ts";
import { newAddress, newClientAddress } from "../support/e2e-shop.ts";
import { readVariable } from "../support/e2e-variables.ts";
import { expect, test } from "../support/e2e.ts";
import type { Page } from "@playwright/test";

const PASSWORD = "four words of it";

test("the demo learner signs in and comes to where they wanted", async ({ page }) => {
  await page.goto("/account");
  await expect(page).toHaveURL("/sign-in?next=%2Faccount");
  await page.getByLabel("E-mail address").fill("learner@example.com");
  await page.getByLabel("Password", { exact: true }).fill(readVariable("DEMO_PASSWORD"));
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL("/account");
  await expect(page.getByRole("main")).toContainText("learner@example.com");
});

test("a wrong password is said beside the form, which keeps the address", async ({ page }) => {
  const { email } = await makePersonWithPassword();
  await page.goto("/sign-in?next=/account");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill("not the password");
  const answer = page.waitForResponse((response) => response.url().includes("_action=signIn"));
  await page.getByRole("button", { name: "Sign in" }).click();
  expect((await answer).status()).toBe(401);
  const alert = page.getByRole("alert");
  await expect(alert).toContainText(/password/i);
  await expect(page.getByLabel("E-mail address")).toHaveValue(email);
  await expect(page.getByLabel("Password", { exact: true })).toHaveValue("");
  for (const next of await page.locator("[name=next]").all())
    await expect(next).toHaveValue("/account");
});

test("an unknown address gets the same answer as a wrong password", async ({ page }) => {
  const answers: string[] = [];
  const known = await makePersonWithPassword();
  for (const email of [known.email, newAddress()]) {
    await page.goto("/sign-in");
    await page.getByLabel("E-mail address").fill(email);
    await page.getByLabel("Password", { exact: true }).fill("not the password");
    await page.getByRole("button", { name: "Sign in" }).click();
    answers.push(await page.getByRole("alert").innerText());
  }
  expect(answers[1]).toBe(answers[0]);
});

test("a sign-up says what is wrong beside each field and keeps the rest", async ({ page }) => {
  await page.goto("/sign-up");
  await page
    .locator("main form")
    .first()
    .evaluate((form: HTMLFormElement) => (form.noValidate = true));
  await page.getByLabel("E-mail address").fill("nobody");
  await page.getByLabel("Password", { exact: true }).fill("short");
  await page.getByRole("button", { name: "Send me a code" }).click();
  await expect(page.getByLabel("Name")).toHaveAccessibleDescription(/Please enter your name/);
  await expect(page.getByLabel("E-mail address")).toHaveAccessibleDescription(/like name@example/);
  await expect(page.getByLabel("E-mail address")).toHaveValue("nobody");
  await expect(page.getByLabel("Password", { exact: true })).toHaveAccessibleDescription(
    /at least 10/,
  );
  await expect(page.getByLabel("Password", { exact: true })).toHaveValue("");
  await expect(page.getByLabel("I accept the terms")).toHaveAccessibleDescription(
    /accept the terms/,
  );
});

test("the link from the mail opens the account in the same browser", async ({ page }) => {
  const email = newAddress();
  await signUp(page, email);
  await page.goto(await readLink(email));
  await expect(page, "the token has left the address").toHaveURL("/sign-up/confirm");
  await page.getByRole("button", { name: "Confirm and sign in" }).click();
  await expect(page).toHaveURL("/learn");
  await waitForMail(email, /account is open/);
});

test("in another browser the link asks for the password", async ({ page, browser }) => {
  const email = newAddress();
  await signUp(page, email);
  const other = await browser.newContext({
    extraHTTPHeaders: { "CF-Connecting-IP": newClientAddress() },
  });
  const elsewhere = await other.newPage();
  await elsewhere.goto(await readLink(email));
  await elsewhere.getByLabel("Password", { exact: true }).fill("a guess of somebody");
  await elsewhere.getByRole("button", { name: "Confirm and sign in" }).click();
  await expect(elsewhere.getByRole("alert")).toBeVisible();
  await elsewhere.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await elsewhere.getByRole("button", { name: "Confirm and sign in" }).click();
  await expect(elsewhere).toHaveURL("/learn");
  await other.close();
});

test("a wrong code opens nothing, the right one still does", async ({ page }) => {
  const email = newAddress();
  await signUp(page, email);
  const code = await readCode(email);
  await page.getByLabel("Code from the mail").fill(code === "000000" ? "000001" : "000000");
  await page.getByRole("button", { name: "Confirm and sign in" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await page.getByLabel("Code from the mail").fill(`${code.slice(0, 3)} ${code.slice(3)}`);
  await page.getByRole("button", { name: "Confirm and sign in" }).click();
  await expect(page).toHaveURL("/learn");
});

test("an address that has an account learns so by mail alone", async ({ page }) => {
  const email = newAddress();
  await signUp(page, email);
  await page.getByLabel("Code from the mail").fill(await readCode(email));
  await page.getByRole("button", { name: "Confirm and sign in" }).click();
  await expect(page).toHaveURL("/learn");
  await page.context().clearCookies();
  await signUp(page, email);
  await waitForMail(email, /have an account already/);
});

test("signing out everywhere ends the session of the other browser", async ({
  page,
  login,
  browser,
}) => {
  const person = await login();
  const other = await browser.newContext();
  await other.addCookies(await page.context().cookies());
  await page.goto("/account");
  await page.getByRole("button", { name: "Sign out on all devices" }).click();
  await expect(page).toHaveURL("/sign-in?signed-out");
  const elsewhere = await other.newPage();
  await elsewhere.goto("/account");
  await expect(elsewhere).toHaveURL(/\/sign-in/);
  await expect(elsewhere.getByText(person.email)).toHaveCount(0);
  await other.close();
});

test("a person is called by their new name, on every device", async ({ page, visitor }) => {
  const person = await makePersonWithPassword();
  const elsewhere = { Cookie: `__Host-session=${person.session}` };
  await signIn(page, person.email, PASSWORD);
  await expect(page).toHaveURL("/learn");
  await page.goto("/account");
  await page.getByLabel("Name").fill("  ");
  await page.getByRole("button", { name: "Save the name" }).click();
  await expect(page.getByText("Please enter your name.").first()).toBeVisible();
  await page.getByLabel("Name").fill("Robin O'Neill");
  await page.getByRole("button", { name: "Save the name" }).click();
  await expect(page.getByRole("heading", { name: "Your name is changed" })).toBeVisible();
  await expect(page.getByLabel("Name")).toHaveValue("Robin O'Neill");
  expect(await (await visitor.get("/account", { headers: elsewhere })).text()).toContain(
    "<strong>Robin O&#39;Neill</strong>",
  );
});

test("a message from the contact page reaches the shop", async ({ page }) => {
  await page.goto("/contact");
  const word = newAddress();
  // Others write too, and all of it goes to the same mailbox.
  const name = `Kim ${word.split("@")[0]}`;
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("E-mail address").fill("kim@buyer.example");
  await page.getByLabel("Message").fill(`A question.\n\nAbout ${word}.`);
  await page.getByRole("button", { name: "Send the message" }).click();
  await expect(page.getByRole("heading", { name: "Your message is on its way" })).toBeVisible();
  const arrived = await waitForMail("hello@slipway.example", new RegExp(`Message from ${name}`));
  expect(arrived.text).toContain(word);
});

async function signUp(page: Page, email: string): Promise<void> {
  await page.goto("/sign-up");
  await page.getByLabel("Name").fill("Kim Buyer");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("I accept the terms").check();
  await page.getByRole("button", { name: "Send me a code" }).click();
  await expect(page).toHaveURL(/\/sign-up\/confirm/);
}
