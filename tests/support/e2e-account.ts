import type { Browser, Page } from "@playwright/test";
import { hashPassword } from "#lib/accounts/passwords.ts";
import { waitForMail } from "./e2e-mailbox.ts";
import { makePerson, newClientAddress, shopServices, type Person } from "./e2e-shop.ts";

export const PASSWORD = "four words of it";
export const NEW_PASSWORD = "another five words of it";
let hash: Promise<string> | undefined;

/** Makes a person who is signed in and has `PASSWORD`. */
export async function makePersonWithPassword(
  role: "learner" | "admin" = "learner",
): Promise<Person> {
  const person = await makePerson(undefined, role);
  // It takes half a second, so once for all of a worker's people.
  hash ??= hashPassword(PASSWORD);
  await shopServices().database.write`
    UPDATE users
    SET password_hash = ${await hash}
    WHERE id = ${person.id}`;
  return person;
}

/** Fills the sign-in form and sends it. */
export async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** The link with a token in the mail with this subject. */
export async function readTokenLink(address: string, subject: RegExp): Promise<string> {
  const { text } = await waitForMail(address, subject);
  const link = /https?:\/\/\S+token=\S+/.exec(text)?.[0];
  if (!link) throw new Error(`The mail holds no link: ${text}`);
  return link;
}

/** A page of another browser, at another address; without JavaScript when asked. */
export async function openElsewhere(browser: Browser, javaScriptEnabled = true): Promise<Page> {
  const context = await browser.newContext({
    javaScriptEnabled,
    extraHTTPHeaders: { "CF-Connecting-IP": newClientAddress() },
  });
  return context.newPage();
}
