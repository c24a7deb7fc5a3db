import { afterAll, beforeAll, expect, test } from "vitest";
import { signUp } from "#lib/accounts/sign-up.ts";
import { handleMailEvents } from "#lib/operations/mail-events.ts";
import { sendDueMail } from "#lib/operations/outbox.ts";
import { findSuppression } from "#lib/operations/suppression-queries.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import {
  eventOf,
  newRecipient,
  report,
  sendTo,
  signed,
  suppressionsOf,
} from "./suppressed-mail.ts";

let shop: TestShop;

beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.stop());

test("after a bounce nothing more is sent to the address, and it is said why", async () => {
  const email = newRecipient();
  expect(await sendTo(shop, email)).toMatchObject({ sent: 1, suppressed: 0 });
  const bounce = eventOf({ event: "bounce", type: "bounce", email: email.toUpperCase() });
  expect(await report(shop, bounce)).toEqual({ suppressed: 1, ignored: 0, unreadable: 0 });
  expect(await sendTo(shop, email)).toEqual({ sent: 0, delayed: 0, failed: 0, suppressed: 1 });
  expect(shop.mailbox.messages(email)).toHaveLength(1);
  const rows = await shop.sql(
    "SELECT last_error FROM outbox WHERE recipient = $1 AND failed_at IS NOT NULL",
    [email],
  );
  expect(rows).toEqual([{ last_error: "suppressed" }]);
  expect(await sendDueMail(shop.services, { now: new Date() })).toMatchObject({ suppressed: 0 });
  expect(await sendTo(shop, newRecipient())).toMatchObject({ sent: 1 });
});

test("an address with a name is the same address", async () => {
  const email = newRecipient();
  await report(shop, eventOf({ event: "bounce", email }));
  expect(await sendTo(shop, `Kim <${email.toUpperCase()}>`)).toMatchObject({ suppressed: 1 });
});

test.each([
  [{ event: "spamreport" }, "complaint"],
  [{ event: "bounce" }, "bounce"],
  [{ event: "bounce", type: "bounce" }, "bounce"],
  [{ event: "dropped", reason: "Bounced Address" }, "bounce"],
  [{ event: "dropped", reason: "Invalid" }, "bounce"],
  [{ event: "dropped", reason: "Spam Reporting Address" }, "complaint"],
])("%j is a lasting trouble: %s", async (event, reason) => {
  const email = newRecipient();
  await report(shop, eventOf({ ...event, email }));
  expect(await suppressionsOf(shop, email)).toMatchObject([{ reason }]);
});

test.each([
  { event: "bounce", type: "blocked" },
  { event: "dropped", reason: "Recipient List over Package Quota" },
  { event: "dropped" },
  { event: "deferred" },
  { event: "delivered" },
  { event: "unsubscribe" },
  { event: "something-new" },
])("%j says nothing against further mail", async (event) => {
  const email = newRecipient();
  expect(await report(shop, eventOf({ ...event, email }))).toMatchObject({ ignored: 1 });
  expect(await suppressionsOf(shop, email)).toEqual([]);
  expect(await sendTo(shop, email)).toMatchObject({ sent: 1 });
});

test("a sign-up with such an address looks like any other, and gets no mail", async () => {
  const email = newRecipient();
  await report(shop, eventOf({ event: "bounce", email }));
  const id = await signUp(shop.services, { name: "Kim", email, password: "a long password" });
  expect(id).toMatch(/^[\da-f-]{36}$/);
  expect(await sendDueMail(shop.services, { now: new Date() })).toMatchObject({ suppressed: 1 });
  expect(shop.mailbox.messages(email)).toEqual([]);
});

test("the same events at once, and again, are one", async () => {
  const email = newRecipient();
  const event = eventOf({ event: "bounce", email });
  const reports = await Promise.all([1, 2, 3, 4].map(() => report(shop, event, event)));
  expect(reports.reduce((sum, { suppressed }) => sum + suppressed, 0)).toBe(1);
  expect(await report(shop, event)).toEqual({ suppressed: 0, ignored: 1, unreadable: 0 });
  expect(await suppressionsOf(shop, email)).toHaveLength(1);
});

test("the newest event of an address counts, in whatever order they come", async () => {
  const time = Math.floor(Date.now() / 1000);
  const of = (email: string) => [
    eventOf({ event: "bounce", email, timestamp: time - 60 }),
    eventOf({ event: "spamreport", email, timestamp: time }),
  ];
  const [one, two, three] = [newRecipient(), newRecipient(), newRecipient()];
  await report(shop, ...of(one), ...of(two).reverse());
  for (const event of of(three).reverse()) await report(shop, event);
  for (const email of [one, two, three])
    expect(await suppressionsOf(shop, email)).toMatchObject([{ reason: "complaint" }]);
});

test("of the server's answer only code and class are kept", async () => {
  const email = newRecipient();
  const event = eventOf({ event: "bounce", email, status: "5.1.1", reason: `550 no ${email}` });
  await report(shop, { ...event, bounce_classification: "Invalid Address" });
  expect(await findSuppression(shop.services.database, email)).toMatchObject({
    email,
    reason: "bounce",
    detail: "5.1.1, Invalid Address",
  });
  const other = newRecipient();
  await report(shop, eventOf({ event: "bounce", email: other, status: "<b>5.1.1</b>" }));
  expect(await suppressionsOf(shop, other)).toMatchObject([{ detail: null }]);
});

test("one event that can't be read keeps none of the others from counting", async () => {
  const email = newRecipient();
  const wrong = [
    { ...eventOf({ event: "bounce", email }), timestamp: "yesterday" },
    eventOf({ event: "bounce", email: "nobody" }),
    eventOf({ event: "spamreport", email: "a\0b@example.com" }),
    { event: "dropped" },
  ];
  const counts = await report(shop, ...wrong, eventOf({ event: "bounce", email }));
  expect(counts).toEqual({ suppressed: 1, ignored: 0, unreadable: 4 });
  expect(await suppressionsOf(shop, email)).toHaveLength(1);
});

test.each([
  ["no JSON", "{"],
  ["body", '{"event":"bounce"}'],
  ["0.event", '[{"email":"a@example.com"}]'],
  ["1", '[{"event":"bounce"}, null]'],
])("a signed body that is no list of events is refused by name: %s", async (name, body) => {
  const { signature, timestamp } = signed(body);
  const refusal = await handleMailEvents(shop.services, {
    body,
    signature,
    timestamp,
    now: new Date(),
  }).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: "invalid" });
  expect((refusal as Error).message).toContain(name === "no JSON" ? "not JSON" : name);
});
