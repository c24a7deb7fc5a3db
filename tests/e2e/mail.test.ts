import { enqueueMail, sendDueMail } from "#lib/operations/outbox.ts";
import { mailsTo, reportMail, waitForMail } from "../support/e2e-mailbox.ts";
import { shopServices, type Person } from "../support/e2e-shop.ts";
import { expect, test } from "../support/e2e.ts";

async function sendMail({ email, name }: Person, what: string): Promise<void> {
  await enqueueMail(shopServices().database, {
    dedupeKey: `${what}:${email}`,
    template: "welcome",
    recipient: email,
    parameters: { name },
  });
  await sendDueMail(shopServices(), { now: new Date() });
}

const JOURNEYS = [
  { report: "bounce", title: "Our mail does not reach you" },
  { report: "spam", title: "Our mail was marked as spam" },
] as const;

for (const { report, title } of JOURNEYS)
  test(`${report}: the account says so, and mail comes again when asked for`, async ({
    page,
    login,
  }) => {
    const person = await login();
    await page.goto("/account");
    await expect(page.getByRole("heading", { name: title })).toHaveCount(0);
    await sendMail(person, "first");
    const mail = await waitForMail(person.email, /account is open/);
    expect(await reportMail(mail, report)).toBe("200");

    await sendMail(person, "held-back");
    expect(await mailsTo(person.email)).toHaveLength(1);
    await page.goto("/account");
    await expect(page.getByRole("heading", { name: title })).toBeVisible();
    await expect(page.getByRole("main")).toContainText(person.email);
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(page).toHaveURL("/account?mail=again");
    await expect(page.getByRole("heading", { name: "We send you mail again" })).toBeVisible();
    await expect(page.getByRole("heading", { name: title })).toHaveCount(0);
    await expect.poll(async () => (await mailsTo(person.email)).length).toBe(2);
  });

test("a report that nobody signed changes nothing", async ({ page, login, visitor }) => {
  const { email } = await login();
  const event = { event: "bounce", email, timestamp: 1, sg_event_id: "1" };
  expect((await visitor.post("/api/email/events", { data: [event] })).status()).toBe(400);
  await page.goto("/account");
  await expect(page.getByRole("button", { name: "Try again" })).toHaveCount(0);
});
