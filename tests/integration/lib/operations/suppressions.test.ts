import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { DependencyError } from "#lib/errors.ts";
import { sendDueMail } from "#lib/operations/outbox.ts";
import { findSuppression } from "#lib/operations/suppression-queries.ts";
import { allowMailAgain } from "#lib/operations/suppressions.ts";
import { openEmail } from "#lib/services/email.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import { eventOf, newRecipient, report, sendTo, suppressionsOf } from "./suppressed-mail.ts";

let shop: TestShop;

beforeAll(async () => {
  shop = await openShop();
});
afterEach(() => shop.faults.clear());
afterAll(() => shop.stop());

/** Has a mail sent, and bounced or called spam at the provider, which tells the shop. */
async function refuse(kind: "bounce" | "spam" = "bounce") {
  const email = newRecipient();
  await sendTo(shop, email);
  const [message] = shop.mailbox.messages(email);
  await fetch(`${shop.variables.EMAIL_API_BASE}/mail/${message?.id}`, {
    method: "POST",
    body: new URLSearchParams({ report: kind }),
    redirect: "manual",
  });
  const event = eventOf({ event: kind === "spam" ? "spamreport" : "bounce", email });
  await report(shop, event);
  return { email, event };
}

const allow = (email: string) => allowMailAgain(shop.services, { email, now: new Date() });
const receivedBy = (email: string) => shop.mailbox.messages(email).length;

test.each(["bounce", "spam"] as const)(
  "after a %s its owner gets mail again, first what was held back",
  async (kind) => {
    const { email } = await refuse(kind);
    const other = await refuse(kind);
    for (const address of [email, email, other.email])
      expect(await sendTo(shop, address)).toMatchObject({ suppressed: 1 });
    await allow(email);
    expect(await sendDueMail(shop.services, { now: new Date() })).toMatchObject({ sent: 2 });
    expect([receivedBy(email), receivedBy(other.email)]).toEqual([3, 1]);
    expect(await findSuppression(shop.services.database, email)).toBeNull();
    expect(await findSuppression(shop.services.database, other.email)).not.toBeNull();
  },
);

test("mail that failed for another reason stays failed", async () => {
  const { email } = await refuse();
  await shop.sql(
    `INSERT INTO outbox (dedupe_key, template, recipient, attempts, failed_at, last_error)
     VALUES ($1, 'welcome', $2, 8, now(), 'SendGrid answered 400')`,
    [`welcome:${email}`, email],
  );
  await allow(email);
  expect(await sendDueMail(shop.services, { now: new Date() })).toMatchObject({ sent: 0 });
});

test("an old event that comes again does not take the mail away again, a new one does", async () => {
  const { email, event } = await refuse();
  await allow(email);
  const older = { event: "bounce", email, timestamp: Number(event.timestamp) - 3600 };
  await report(shop, event, eventOf(older));
  expect(await findSuppression(shop.services.database, email)).toBeNull();
  await report(shop, eventOf({ event: "spamreport", email }));
  expect(await suppressionsOf(shop, email)).toMatchObject([
    { reason: "complaint", lifted_at: null },
  ]);
  expect(await sendTo(shop, email)).toMatchObject({ suppressed: 1 });
});

test("what happened before its owner asked does not count afterwards, even when it is news", async () => {
  const email = newRecipient();
  const before = (seconds: number) => Math.floor(Date.now() / 1000) - seconds;
  await report(shop, eventOf({ event: "bounce", email, timestamp: before(3600) }));
  await allow(email);
  await report(shop, eventOf({ event: "bounce", email, timestamp: before(60) }));
  expect(await findSuppression(shop.services.database, email)).toBeNull();
});

test("an address is a part of the provider's path, whatever it holds", async () => {
  await expect(shop.services.email.allowAgain("50%off@example.com")).resolves.toBeUndefined();
});

test.each(["credentials", "refuse"] as const)(
  "a provider that does not take the address off its list (%s) leaves all as it was",
  async (fault) => {
    const { email } = await refuse();
    shop.faults.set("email", fault);
    await expect(allow(email)).rejects.toThrow(DependencyError);
    expect(await findSuppression(shop.services.database, email)).not.toBeNull();
    shop.faults.clear();
  },
);

test("for an address that gets mail nobody is asked", async () => {
  shop.faults.set("email", "refuse");
  await expect(allow(newRecipient())).resolves.toBeUndefined();
});

test("an SMTP host has no list to be taken off", async () => {
  const email = openEmail({
    ...shop.services.environment,
    EMAIL_HOST: "smtp.example.com",
    EMAIL_API_BASE: "http://localhost:9",
  });
  await expect(email.allowAgain("kim@example.com")).resolves.toBeUndefined();
});
