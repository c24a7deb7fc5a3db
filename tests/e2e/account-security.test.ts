import {
  makePersonWithPassword,
  NEW_PASSWORD,
  openElsewhere,
  PASSWORD,
  readTokenLink,
  signIn,
} from "../support/e2e-account.ts";
import { waitForMail } from "../support/e2e-mailbox.ts";
import { makePerson, newAddress } from "../support/e2e-shop.ts";
import { addSession, expect, test } from "../support/e2e.ts";
import type { APIRequestContext } from "@playwright/test";

test("S05 S22: a new password ends the other device, and gives this one a new session", async ({
  page,
  browser,
}) => {
  const person = await makePersonWithPassword();
  await addSession(page.context(), person);
  const elsewhere = await openElsewhere(browser);
  await signIn(elsewhere, person.email, PASSWORD);
  await page.goto("/account/password");
  await page.getByLabel("Current password").fill(PASSWORD);
  await page.getByLabel("New password").fill(NEW_PASSWORD);
  await page.getByRole("button", { name: "Change the password" }).click();
  await expect(page).toHaveURL("/account/security?changed=password");
  await expect(page.getByText("Your password is changed.")).toBeVisible();
  const cookies = await page.context().cookies();
  expect(cookies.find(({ name }) => name === "__Host-session")?.value).not.toBe(person.session);
  await expect(page.locator(".device-list li")).toHaveCount(1);
  await elsewhere.goto("/account");
  await expect(elsewhere).toHaveURL(/\/sign-in/);
  await addSession(elsewhere.context(), person);
  await elsewhere.goto("/account");
  await expect(elsewhere, "the former session opens nothing").toHaveURL(/\/sign-in/);
  await waitForMail(person.email, /password was changed/i);
  await elsewhere.context().close();
});

test("S05: without the current password, or with a wrong one, nothing is changed", async ({
  visitor,
}) => {
  const person = await makePersonWithPassword();
  const forms = {
    "/account/password?_action=changePassword": { password: NEW_PASSWORD },
    "/account/email?_action=changeEmail": { email: newAddress() },
  };
  for (const [path, form] of Object.entries(forms)) {
    expect((await post(visitor, person.session, path, form)).status()).toBe(403);
    const wrong = { ...form, currentPassword: "a guess" };
    expect((await post(visitor, person.session, path, wrong)).status()).toBe(403);
    const nobody = await visitor.post(path, { form: { ...form, currentPassword: PASSWORD } });
    expect([303, 401]).toContain(nobody.status());
  }
  const right = { password: NEW_PASSWORD, currentPassword: PASSWORD };
  const answer = await post(
    visitor,
    person.session,
    "/account/password?_action=changePassword",
    right,
  );
  expect(answer.headers().location).toBe("/account/security?changed=password");
});

test("S26: devices are listed in words, one is signed out, then all others", async ({
  page,
  browser,
}) => {
  const person = await makePersonWithPassword();
  const elsewhere = await openElsewhere(browser, false);
  await signIn(elsewhere, person.email, PASSWORD);
  await expect(elsewhere).toHaveURL("/learn");
  await signIn(page, person.email, PASSWORD);
  await expect(page).toHaveURL("/learn");
  await page.goto("/account/security");
  const devices = page.locator(".device-list li");
  await expect(devices).toHaveCount(3);
  await expect(devices.first()).toContainText("This device");
  await expect(devices.first()).toContainText("Chrome on");
  await expect(devices.first()).toContainText("Last seen now");
  await devices.nth(1).getByRole("button").click();
  await expect(page).toHaveURL("/account/security?changed=device");
  await expect(devices).toHaveCount(2);
  await page.getByRole("button", { name: "Sign out all other devices" }).click();
  await expect(page).toHaveURL("/account/security?changed=devices");
  await expect(devices).toHaveCount(1);
  await elsewhere.goto("/account");
  await expect(elsewhere).toHaveURL(/\/sign-in/);
  await elsewhere.context().close();
  const story = page.getByRole("region", { name: "What happened on this account" });
  await expect(story).toContainText("One device signed out");
  await expect(story).toContainText("All other devices signed out");
  await expect(story).toContainText("Signed in on a device that was not remembered");
});

test("S32: nobody ends a session of somebody else, or learns that there is one", async ({
  page,
  visitor,
  login,
}) => {
  await login();
  await page.goto("/account/security");
  const victim = await makePerson();
  const { createHash } = await import("node:crypto");
  const reference = createHash("sha256").update(victim.session).digest("hex").slice(0, 16);
  const thief = await makePerson();
  for (const given of [reference, "0".repeat(16)]) {
    const answer = await post(visitor, thief.session, "/account/security?_action=endSession", {
      reference: given,
    });
    expect(answer.status()).toBe(404);
  }
  const alive = await visitor.get("/account", { headers: cookieOf(victim.session) });
  expect(alive.status()).toBe(200);
});

test("S05 S13 S63: an account moves to another address when its link is opened and confirmed", async ({
  page,
}) => {
  const person = await makePersonWithPassword();
  const address = newAddress();
  await addSession(page.context(), person);
  await page.goto("/account/email");
  await page.getByLabel("New e-mail address").fill(address);
  await page.getByLabel("Current password").fill(PASSWORD);
  await page.getByRole("button", { name: "Send a link" }).click();
  await expect(page.getByText("Look into the mail of the new address")).toBeVisible();
  await waitForMail(person.email, /is to get another address/i);
  const link = await readTokenLink(address, /confirm your new address/i);
  await page.goto(link);
  await expect(page, "the token has left the address").toHaveURL("/account/email?confirm=1");
  await expect(page.getByRole("main")).toContainText(address);
  await page.getByRole("button", { name: "Use the new address" }).click();
  await expect(page).toHaveURL("/account/security?changed=email");
  await expect(page.locator("#way-in + dl")).toContainText(address);
  await waitForMail(person.email, /account has another address/i);
  expect((await page.goto(link))?.status(), "used").toBe(410);
  await page.context().clearCookies();
  await signIn(page, address, PASSWORD);
  await expect(page).toHaveURL("/learn");
});

test("S13: the link opens nothing in the account of somebody else", async ({ page, browser }) => {
  const person = await makePersonWithPassword();
  const address = newAddress();
  await addSession(page.context(), person);
  await page.goto("/account/email");
  await page.getByLabel("New e-mail address").fill(address);
  await page.getByLabel("Current password").fill(PASSWORD);
  await page.getByRole("button", { name: "Send a link" }).click();
  const link = await readTokenLink(address, /confirm your new address/i);
  const elsewhere = await openElsewhere(browser);
  await elsewhere.goto(link);
  await expect(elsewhere, "signed out").toHaveURL(/\/sign-in\?next=/);
  await addSession(elsewhere.context(), await makePerson());
  expect((await elsewhere.goto("/account/email?confirm=1"))?.status()).toBe(410);
  await expect(elsewhere.getByRole("main")).not.toContainText(address);
  await elsewhere.context().close();
});

test("S17: an address that is taken gets the same answer, and the mail says why", async ({
  page,
}) => {
  const [person, other] = [await makePersonWithPassword(), await makePerson()];
  await addSession(page.context(), person);
  const answers: string[] = [];
  for (const address of [other.email, newAddress()]) {
    await page.goto("/account/email");
    await page.getByLabel("New e-mail address").fill(address);
    await page.getByLabel("Current password").fill(PASSWORD);
    await page.getByRole("button", { name: "Send a link" }).click();
    answers.push(await page.getByRole("main").innerHTML());
  }
  expect(answers[1]).toBe(answers[0]);
  await waitForMail(other.email, /has an account already/i);
});

test("S06: every password field can be filled by a password manager and takes what is pasted", async ({
  page,
}) => {
  await addSession(page.context(), await makePerson());
  for (const path of ["/account/password", "/account/email"]) {
    await page.goto(path);
    for (const field of await page.locator("input[type=password]").all()) {
      await expect(field).toHaveAttribute("autocomplete", /^(current|new)-password$/);
      const isTaken = await field.evaluate((input) =>
        input.dispatchEvent(new ClipboardEvent("paste", { cancelable: true, bubbles: true })),
      );
      expect(isTaken).toBe(true);
    }
  }
});

function post(
  visitor: APIRequestContext,
  session: string,
  path: string,
  form: Record<string, string>,
) {
  return visitor.post(path, { form, headers: cookieOf(session) });
}

function cookieOf(session: string): { Cookie: string } {
  return { Cookie: `__Host-session=${session}` };
}
