import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { findRegistration } from "#lib/accounts/queries.ts";
import { registrationCode, registrationToken } from "#lib/accounts/registration.ts";
import { signUp } from "#lib/accounts/sign-up.ts";
import { deleteOldRegistrations } from "#lib/operations/queries.ts";
import { enqueueMail, nextTry, sendDueMail } from "#lib/operations/outbox.ts";
import { syncOrder } from "#lib/orders/sync-order.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import { insertBuyer, insertCourse, open } from "../orders/purchase.ts";

let shop: TestShop;
const minutes = (count: number) => new Date(Date.now() + count * 60_000);

beforeAll(async () => {
  shop = await openShop();
});
afterEach(() => shop.faults.clear());
afterAll(() => shop.stop());

interface Row {
  attempts: number;
  sent_at: Date | null;
  failed_at: Date | null;
  last_error: string | null;
}

async function rowOf(recipient: string): Promise<Row | undefined> {
  const [row] = await shop.sql<Row>(
    "SELECT attempts, sent_at, failed_at, last_error FROM outbox WHERE recipient = $1",
    [recipient],
  );
  return row;
}

async function enqueueWelcome(): Promise<string> {
  const recipient = `${randomUUID()}@example.com`;
  const parameters = { name: 'Kim "<b>" & Co {{7*7}} ${7*7} <%= 7*7 %> #{7*7} $& $1' };
  const mail = {
    dedupeKey: `welcome:${recipient}`,
    template: "welcome",
    recipient,
    parameters,
  } as const;
  await enqueueMail(shop.services.database, mail);
  await enqueueMail(shop.services.database, mail);
  return recipient;
}

test("a mail is sent once, however many runs there are at once", async () => {
  const recipient = await enqueueWelcome();
  const runs = [1, 2, 3].map(() => sendDueMail(shop.services, { now: minutes(0) }));
  const reports = await Promise.all(runs);
  expect(reports.reduce((sum, { sent }) => sum + sent, 0)).toBe(1);
  await sendDueMail(shop.services, { now: minutes(60) });
  expect(shop.mailbox.messages(recipient)).toHaveLength(1);
  expect((await rowOf(recipient))?.sent_at).not.toBeNull();
});

test("S41: what people typed is escaped in HTML, left as it is in text, and nothing is worked out", async () => {
  const recipient = await enqueueWelcome();
  await sendDueMail(shop.services, { now: minutes(0) });
  const [message] = shop.mailbox.messages(recipient);
  expect(message?.html).toContain(
    "Kim &quot;&lt;b&gt;&quot; &amp; Co {{7*7}} ${7*7} &lt;%= 7*7 %&gt; #{7*7} $&amp; $1",
  );
  expect(message?.html).not.toContain("<b>");
  expect(message?.text).toContain('Kim "<b>" & Co {{7*7}} ${7*7} <%= 7*7 %> #{7*7} $& $1');
});

test("a run sends as many as it may; one that takes long claims no more than it can send", async () => {
  const recipients: string[] = [];
  for (let count = 0; count < 13; count++) recipients.push(await enqueueWelcome());
  const attempted = async () =>
    (await Promise.all(recipients.map(rowOf))).filter((row) => row?.attempts === 1).length;
  expect(await sendDueMail(shop.services, { now: minutes(0), limit: 6 })).toMatchObject({
    sent: 6,
  });
  expect(await attempted()).toBe(6);
  const startedAt = Date.now();
  let passedMs = 0;
  const clock = vi.spyOn(Date, "now").mockImplementation(() => startedAt + passedMs);
  const send = () => Promise.resolve(void (passedMs += 4_000));
  const slow = { ...shop.services, email: { send } };
  const report = await sendDueMail(slow, { now: new Date(startedAt) });
  clock.mockRestore();
  expect(report).toMatchObject({ sent: 5 });
  expect(await attempted()).toBe(11);
  await sendDueMail(shop.services, { now: minutes(0) });
  expect(await attempted()).toBe(13);
});

test("with the provider away mail waits and is tried again", async () => {
  const recipient = await enqueueWelcome();
  shop.faults.set("email", "refuse");
  expect(await sendDueMail(shop.services, { now: minutes(0) })).toMatchObject({ delayed: 1 });
  expect(await rowOf(recipient)).toMatchObject({ attempts: 1, sent_at: null, failed_at: null });
  expect(await sendDueMail(shop.services, { now: minutes(0) })).toMatchObject({ delayed: 0 });
  shop.faults.clear();
  expect(await sendDueMail(shop.services, { now: minutes(2) })).toMatchObject({ sent: 1 });
  expect(shop.mailbox.messages(recipient)).toHaveLength(1);
});

test("a mail that can't be written is told by its template, and one that waits for the provider is not", async () => {
  await enqueueWelcome();
  const noteBug = vi.fn();
  shop.faults.set("email", "refuse");
  expect(await sendDueMail(shop.services, { now: minutes(0), noteBug })).toMatchObject({
    delayed: 1,
  });
  expect(noteBug).not.toHaveBeenCalled();
  shop.faults.clear();
  await shop.sql("UPDATE outbox SET template = 'lost' WHERE sent_at IS NULL");
  await sendDueMail(shop.services, { now: minutes(2), noteBug });
  expect(noteBug.mock.calls).toEqual([[expect.any(Error), { template: "lost" }]]);
  await shop.sql("DELETE FROM outbox WHERE template = 'lost'");
});

test("after eight tries a mail is kept for people to see", async () => {
  const recipient = await enqueueWelcome();
  // Past the breaker, which would stay open for the next test.
  const away = { ...shop.services, email: { send: () => Promise.reject(new Error("away")) } };
  for (let day = 1; day <= 8; day++) await sendDueMail(away, { now: minutes(day * 24 * 60) });
  const row = await rowOf(recipient);
  expect(row).toMatchObject({ attempts: 8, sent_at: null });
  expect(row?.failed_at).not.toBeNull();
  expect(row?.last_error).not.toBeNull();
  expect(await sendDueMail(shop.services, { now: minutes(30 * 24 * 60) })).toMatchObject({
    delayed: 0,
    failed: 0,
  });
});

test("a mail that was claimed by a run that died is sent by a later one", async () => {
  const recipient = await enqueueWelcome();
  const dead = { ...shop.services, email: { send: () => new Promise<void>(() => {}) } };
  void sendDueMail(dead, { now: minutes(0) });
  await expect.poll(async () => (await rowOf(recipient))?.attempts).toBe(1);
  expect(await sendDueMail(shop.services, { now: minutes(1) })).toMatchObject({ sent: 0 });
  expect(await sendDueMail(shop.services, { now: minutes(3) })).toMatchObject({ sent: 1 });
});

test("the sign-up mail holds the code and the link, and the outbox holds neither", async () => {
  const email = `${randomUUID()}@example.com`;
  const id = await signUp(shop.services, { name: "Kim", email, password: "a long password" });
  const registration = await findRegistration(shop.services.database, id);
  const { JWT_SECRET, SITE_URL } = shop.services.environment;
  const proof = registration ?? { id: "", nonce: "" };
  const code = registrationCode(JWT_SECRET, proof);
  const token = registrationToken(JWT_SECRET, proof);
  const [row] = await shop.sql("SELECT * FROM outbox WHERE recipient = $1", [email]);
  expect(JSON.stringify(row)).not.toContain(code);
  await sendDueMail(shop.services, { now: minutes(0) });
  const [message] = shop.mailbox.messages(email);
  expect(message?.text).toContain(code);
  expect(message?.text).toContain(`${SITE_URL}/sign-up/confirm?registration=${id}&token=${token}`);
});

test("a sign-up mail that was delayed too long for its code comes with the link alone", async () => {
  const email = `${randomUUID()}@example.com`;
  const id = await signUp(shop.services, { name: "Kim", email, password: "a long password" });
  const registration = await findRegistration(shop.services.database, id);
  await sendDueMail(shop.services, { now: minutes(11) });
  const [message] = shop.mailbox.messages(email);
  const code = registrationCode(
    shop.services.environment.JWT_SECRET,
    registration ?? { id, nonce: "" },
  );
  expect(message?.text).not.toContain(code);
  expect(message?.text).toContain("/sign-up/confirm");
});

test("the receipt names the order, the course and the price", async () => {
  const buyer = await insertBuyer(shop);
  const { orderId, sessionId } = await open(shop, buyer, await insertCourse(shop));
  shop.stripe.pay(sessionId);
  await syncOrder(shop.services, orderId, { now: new Date() });
  await sendDueMail(shop.services, { now: minutes(0) });
  const [message] = shop.mailbox.messages(buyer.email);
  const [order] = await shop.sql<{ number: string }>("SELECT number FROM orders WHERE id = $1", [
    orderId,
  ]);
  expect(message?.subject).toBe(`Your receipt for order ${order?.number ?? ""}`);
  const { CONTACT_EMAIL } = shop.services.environment;
  expect(message?.headers["reply-to"], "who answers").toBe(CONTACT_EMAIL);
  for (const part of ["Sailing by night: €49", "Total: €49", `/orders/${orderId}`])
    expect(message?.text).toContain(part);
});

test("a visitor's message reaches the shop with its address", async () => {
  const { CONTACT_EMAIL } = shop.services.environment;
  await enqueueMail(shop.services.database, {
    dedupeKey: "contact:1",
    template: "contact",
    recipient: CONTACT_EMAIL,
    parameters: { name: "Kim", email: "kim@example.com", message: "First.\n\nSecond." },
  });
  await sendDueMail(shop.services, { now: minutes(0) });
  const [message] = shop.mailbox.messages(CONTACT_EMAIL);
  expect(message?.subject).toBe("Message from Kim");
  expect(message?.text).toContain("Address: kim@example.com");
  expect(message?.text).toContain("Second.");
});

test("waits grow to a day in all and differ by chance", () => {
  const now = new Date(0);
  const waits = [1, 2, 3, 4, 5, 6, 7].map((tries) => nextTry(tries, now, () => 1)?.getTime() ?? 0);
  expect(waits.reduce((sum, wait) => sum + wait, 0) / 3_600_000).toBeCloseTo(24, 1);
  expect(waits).toEqual([...waits].sort((a, b) => a - b));
  expect(nextTry(8, now)).toBeNull();
  expect(nextTry(1, now, () => 0)?.getTime()).toBe((waits[0] ?? 0) / 2);
});

test("old sign-ups are deleted, young ones stay", async () => {
  const email = `${randomUUID()}@example.com`;
  await signUp(shop.services, { name: "Kim", email, password: "a long password" });
  expect(await deleteOldRegistrations(shop.services.database, minutes(0))).toEqual({
    deletedRegistrations: 0,
  });
  const { deletedRegistrations } = await deleteOldRegistrations(
    shop.services.database,
    minutes(3 * 24 * 60),
  );
  expect(deletedRegistrations).toBeGreaterThanOrEqual(1);
});
