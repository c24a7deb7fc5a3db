import {
  makePersonWithPassword,
  NEW_PASSWORD,
  openElsewhere,
  PASSWORD,
  readTokenLink,
  signIn,
} from "../support/e2e-account.ts";
import { mailsTo, waitForMail } from "../support/e2e-mailbox.ts";
import { expectNothingInTheWay } from "../support/e2e-page.ts";
import { newAddress } from "../support/e2e-shop.ts";
import { addSession, expect, test } from "../support/e2e.ts";
import type { Page } from "@playwright/test";

const SUBJECT = /choose a new password/i;

test("S16 S63: without JavaScript, a forgotten password is set anew and every device is signed out", async ({
  page,
  browser,
}) => {
  const person = await makePersonWithPassword();
  await addSession(page.context(), person);
  const elsewhere = await openElsewhere(browser, false);
  await elsewhere.goto("/sign-in");
  await elsewhere.getByRole("link", { name: "Forgotten your password?" }).click();
  await ask(elsewhere, person.email);
  await elsewhere.goto(await readTokenLink(person.email, SUBJECT));
  await expect(elsewhere, "the token has left the address").toHaveURL("/reset-password");
  await expect(elsewhere.getByRole("main")).toContainText(person.email);
  await elsewhere.getByLabel("New password").fill(NEW_PASSWORD);
  await elsewhere.getByRole("button", { name: "Set the new password" }).click();
  await expect(elsewhere, "nobody is signed in by it").toHaveURL("/sign-in?reset=1");
  await expect(elsewhere.getByText("Your password is changed")).toBeVisible();
  await page.goto("/account");
  await expect(page).toHaveURL(/\/sign-in/);
  await signIn(page, person.email, PASSWORD);
  await expect(page.getByRole("alert")).toBeVisible();
  await signIn(page, person.email, NEW_PASSWORD);
  await expect(page).toHaveURL("/learn");
  await waitForMail(person.email, /password was changed/i);
  await elsewhere.context().close();
});

test("the form for a new password is in nobody's way", async ({ page }) => {
  const person = await makePersonWithPassword();
  await ask(page, person.email);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto(await readTokenLink(person.email, SUBJECT));
  await expect(page.getByLabel("New password")).toBeVisible();
  await expectNothingInTheWay(page);
});

test("S13: a link that was used says so, and leads to another", async ({ page }) => {
  const person = await makePersonWithPassword();
  await ask(page, person.email);
  const link = await readTokenLink(person.email, SUBJECT);
  await page.goto(link);
  await page.getByLabel("New password").fill(NEW_PASSWORD);
  await page.getByRole("button", { name: "Set the new password" }).click();
  await expect(page).toHaveURL("/sign-in?reset=1");
  const answer = await page.goto(link);
  expect(answer?.status()).toBe(410);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/can’t be used any more/);
  await page.getByRole("link", { name: "Send me another link" }).click();
  await expect(page).toHaveURL("/forgot-password");
});

test("S17: a known and an unknown address get the same answer, and one of them mail", async ({
  page,
}) => {
  const person = await makePersonWithPassword();
  const unknown = newAddress();
  const answers: string[] = [];
  for (const email of [unknown, person.email]) {
    await ask(page, email);
    answers.push(await page.getByRole("main").innerHTML());
  }
  expect(answers[1]).toBe(answers[0]);
  // The mail that is sent last has arrived: one to the other would have come before.
  await waitForMail(person.email, SUBJECT);
  expect(await mailsTo(unknown)).toEqual([]);
});

test("S03 S04: what others would guess is refused beside the field, and the link stays good", async ({
  page,
}) => {
  const person = await makePersonWithPassword();
  await ask(page, person.email);
  await page.goto(await readTokenLink(person.email, SUBJECT));
  const refused: [string, RegExp][] = [
    ["qwertyuiop", /guessed first/],
    ["slipway-2026", /name that others know/],
    ["correct horse battery staple", /data breach/],
  ];
  for (const [password, words] of refused) {
    await page.getByLabel("New password").fill(password);
    const answer = page.waitForResponse((response) => response.request().method() === "POST");
    await page.getByRole("button", { name: "Set the new password" }).click();
    expect((await answer).status()).toBe(400);
    await expect(page.getByLabel("New password")).toHaveAccessibleDescription(words);
  }
  await page.getByLabel("New password").fill(NEW_PASSWORD);
  await page.getByRole("button", { name: "Set the new password" }).click();
  await expect(page).toHaveURL("/sign-in?reset=1");
});

test("S50: the fourth wish for one address within an hour is refused, known or not", async ({
  visitor,
}) => {
  const { email } = await makePersonWithPassword();
  for (const address of [email, newAddress()]) {
    const statuses: number[] = [];
    for (let index = 0; index < 4; index++) {
      const answer = await visitor.post("/forgot-password?_action=requestPasswordReset", {
        form: { email: address },
      });
      statuses.push(answer.status());
      if (index === 3) expect(answer.headers()["retry-after"]).toMatch(/^\d+$/);
    }
    expect(statuses).toEqual([303, 303, 303, 429]);
  }
});

test("S63: an address that is no link of ours is refused without a trace", async ({ visitor }) => {
  for (const query of ["reset=1&token=2", "reset=%00&token=", `token=${"x".repeat(43)}`]) {
    const answer = await visitor.get(`/reset-password?${query}`);
    expect(answer.status(), query).toBeGreaterThanOrEqual(400);
    expect(answer.status(), query).toBeLessThan(500);
    expect(answer.headers()["set-cookie"], query).toBeUndefined();
  }
});

async function ask(page: Page, email: string): Promise<void> {
  await page.goto("/forgot-password");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("button", { name: "Send me a link" }).click();
  await expect(page.getByRole("heading", { name: "Look into your mail" })).toBeVisible();
}
