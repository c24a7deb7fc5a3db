import type { Page } from "@playwright/test";
import { announceCourse } from "#lib/accounts/news.ts";
import { updateNewsChoice } from "#lib/accounts/news-queries.ts";
import { readCode, waitForMail, mailsTo } from "../support/e2e-mailbox.ts";
import { expectNothingInTheWay } from "../support/e2e-page.ts";
import {
  COURSE,
  makePerson,
  newAddress,
  newClientAddress,
  shopServices,
  type Person,
} from "../support/e2e-shop.ts";
import { readVariable } from "../support/e2e-variables.ts";
import { expect, test } from "../support/e2e.ts";

const BODY = "List-Unsubscribe=One-Click";

async function wantsNews({ id }: { id: string }): Promise<boolean> {
  const [row] = await shopServices().database.read<{ wants: boolean }[]>`
    SELECT news_wanted_at IS NOT NULL AS wants FROM users WHERE id = ${id}::uuid`;
  return row?.wants ?? false;
}

/** The way out of the mail about a course, to somebody who wants such mail. */
async function readWayOut(person: Person): Promise<string> {
  const choice = { userId: person.id, isWanted: true, now: new Date() };
  await updateNewsChoice(shopServices().database, choice);
  await announceCourse(shopServices(), { slug: COURSE });
  const headers = { Authorization: `Bearer ${readVariable("JOBS_SECRET")}` };
  const url = new URL("/api/jobs/outbox", readVariable("SITE_URL"));
  await expect
    .poll(async () => {
      await fetch(url, { method: "POST", headers });
      return (await mailsTo(person.email)).length;
    })
    .toBeGreaterThan(0);
  const { text } = await waitForMail(person.email, /^New: /);
  return /https?:\/\/\S+token=\S+/.exec(text)?.[0] ?? "";
}

test("RFC 8058: a mail provider turns the mail off, from nowhere and without cookies", async () => {
  const person = await makePerson();
  const address = await readWayOut(person);
  const post = (url: string, body: string | FormData) =>
    fetch(url, {
      method: "POST",
      body,
      redirect: "manual",
      headers: {
        "CF-Connecting-IP": newClientAddress(),
        ...(typeof body === "string" && { "Content-Type": "application/x-www-form-urlencoded" }),
      },
    });
  const token = new URL(address).searchParams.get("token") ?? "";
  const forged = address.replace(token, `${token.startsWith("A") ? "B" : "A"}${token.slice(1)}`);
  expect((await post(forged, BODY)).status).toBe(403);
  expect((await post(address.replace(token, "short"), BODY)).status).toBe(400);
  expect((await post(address, "something=else")).status).toBe(400);
  expect((await fetch(address, { redirect: "manual" })).status).toBe(303);
  expect(await wantsNews(person)).toBe(true);
  const answer = await post(address, BODY);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("set-cookie")).toBeNull();
  expect(await wantsNews(person)).toBe(false);
  const form = new FormData();
  form.set("List-Unsubscribe", "One-Click");
  expect((await post(address, form)).status).toBe(200);
});

async function turnOffByLink(page: Page): Promise<void> {
  const person = await makePerson();
  const address = await readWayOut(person);
  await page.goto(address);
  await expect(page.getByRole("heading", { name: "Turn it off?" })).toBeVisible();
  expect(page.url()).toBe(`${readVariable("SITE_URL")}/unsubscribe`);
  expect(await wantsNews(person)).toBe(true);
  await page.getByRole("button", { name: "Turn it off" }).click();
  await expect(page.getByRole("heading", { name: "You get no more of it" })).toBeVisible();
  expect(await wantsNews(person)).toBe(false);
  await page.goto("/unsubscribe");
  await expect(page.getByRole("heading", { name: "Which mail is it about?" })).toBeVisible();
}

test("S52 S63: the link alone changes nothing, its token leaves the address, and a button does it", async ({
  page,
}) => turnOffByLink(page));

async function choose(page: Page, person: Person): Promise<void> {
  await page.goto("/account");
  await page.getByRole("link", { name: "Which mail you get from us" }).click();
  const box = page.getByRole("checkbox", { name: /when a course is new/ });
  await expect(box).not.toBeChecked();
  await box.check();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("We write to you when a course is new.")).toBeVisible();
  await expect(box).toBeChecked();
  expect(await wantsNews(person)).toBe(true);
  await box.uncheck();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("We don't write to you about new courses.")).toBeVisible();
  expect(await wantsNews(person)).toBe(false);
}

test("people choose on their account's page", async ({ page, login }) =>
  choose(page, await login()));

test.describe(() => {
  test.use({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } });

  test("on a phone without JavaScript too", async ({ page, login }) => {
    await choose(page, await login());
    await turnOffByLink(page);
  });
});

for (const wants of [false, true])
  test(`a sign-up ${wants ? "with" : "without"} the box ticked`, async ({ page }) => {
    const email = newAddress();
    await page.goto("/sign-up");
    await page.getByLabel("Name").fill("Kim Buyer");
    await page.getByLabel("E-mail address").fill(email);
    await page.getByLabel("Password", { exact: true }).fill("four words of it");
    await page.getByRole("checkbox", { name: /terms/ }).check();
    const box = page.getByRole("checkbox", { name: /course is new/ });
    await expect(box).not.toBeChecked();
    if (wants) await box.check();
    await page.getByRole("button", { name: "Send me a code" }).click();
    await page.getByLabel("Code").fill(await readCode(email));
    await page.getByRole("button", { name: /open|confirm/i }).click();
    await expect(page).toHaveURL(/\/learn$/);
    const [row] = await shopServices().database.read<{ id: string }[]>`
      SELECT id FROM users WHERE email = ${email}`;
    expect(await wantsNews({ id: row?.id ?? "" })).toBe(wants);
  });

for (const path of ["/account/notifications", "/unsubscribe", "/unsubscribe with a link"])
  test(`${path}: nothing in the way of anybody, light and dark, narrow and wide`, async ({
    page,
    login,
  }) => {
    await page.emulateMedia({ reducedMotion: "reduce" });
    const person = await login();
    await page.goto(path.endsWith("link") ? await readWayOut(person) : path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expectNothingInTheWay(page);
  });
