import { afterAll, beforeAll, expect, test } from "vitest";
import { eraseDueAccounts } from "#lib/accounts/deletion.ts";
import { findPersonalData } from "#lib/accounts/export-queries.ts";
import { findRegistration } from "#lib/accounts/queries.ts";
import { registrationCode } from "#lib/accounts/registration.ts";
import { createSession, readSession } from "#lib/accounts/sessions.ts";
import { confirmByCode, signUp } from "#lib/accounts/sign-up.ts";
import { sendDueMail } from "#lib/operations/outbox.ts";
import { syncOrder } from "#lib/orders/sync-order.ts";
import { ERASURE_RULES } from "../../../support/erasure-rules.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import { insertCourse, open, look } from "../orders/purchase.ts";
import { DEVICE, makeAccount, PASSWORD, readAccount } from "./account.ts";
import {
  countTraces,
  listPersonalColumns,
  makeDue,
  makeErasablePerson,
} from "./erasable-person.ts";

let shop: TestShop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.stop());

const erase = () => eraseDueAccounts(shop.services, { now: new Date() });

async function isErased(id: string): Promise<boolean> {
  const [row] = await shop.sql<{ erased: boolean }>(
    "SELECT erased_at IS NOT NULL AS erased FROM users WHERE id = $1",
    [id],
  );
  return row?.erased ?? false;
}

test("S26: every column that may hold something of a person has a rule, and erasing keeps to it", async () => {
  expect(await listPersonalColumns(shop)).toEqual(Object.keys(ERASURE_RULES).sort());
  const [person, other] = [await makeErasablePerson(shop), await makeErasablePerson(shop)];
  const count = async (who: typeof person) => {
    const counts: Record<string, number> = {};
    for (const column of Object.keys(ERASURE_RULES))
      counts[column] = await countTraces(shop, column, who);
    return counts;
  };
  const [before, others] = [await count(person), await count(other)];
  await makeDue(shop, person);
  expect(await erase()).toMatchObject({ erasedAccounts: 1 });
  await sendDueMail(shop.services, { now: new Date(), limit: 50 });
  expect(await erase()).toMatchObject({ erasedAccounts: 0 });
  const after = await count(person);
  for (const [column, rule] of Object.entries(ERASURE_RULES)) {
    if (rule === "erased") expect.soft(before[column], `${column} before`).toBeGreaterThan(0);
    expect.soft(after[column], column).toBe(rule === "erased" ? 0 : before[column]);
  }
  expect(await count(other)).toEqual(others);
});

test("the books stay as they are: the order, its amounts and its course, and syncOrder agrees", async () => {
  const person = await makeErasablePerson(shop);
  const books = () =>
    shop.sql(
      `SELECT number, status, total_amount, paid_at, stripe_payment_intent_id, terms_accepted_at,
         (SELECT array_agg(title || state) FROM order_items WHERE order_id = orders.id) AS items
       FROM orders WHERE user_id = $1 ORDER BY number`,
      [person.id],
    );
  await makeDue(shop, person);
  const before = await books();
  await erase();
  expect(await isErased(person.id)).toBe(true);
  expect(await books()).toEqual(before);
  expect(await look(shop, person.orderId)).toMatchObject({ status: "paid", entitlements: 1 });
  await syncOrder(shop.services, person.orderId, { now: new Date() });
  expect(await look(shop, person.orderId)).toMatchObject({ status: "paid", entitlements: 1 });
});

test("a refund after the erasure is booked, and its mail goes to nobody", async () => {
  const person = await makeErasablePerson(shop);
  await makeDue(shop, person);
  await erase();
  const [order] = await shop.sql<{ payment: string }>(
    "SELECT stripe_payment_intent_id AS payment FROM orders WHERE id = $1",
    [person.orderId],
  );
  shop.stripe.refund(order?.payment ?? "", 4900);
  await syncOrder(shop.services, person.orderId, { now: new Date() });
  expect(await look(shop, person.orderId)).toMatchObject({ status: "refunded", entitlements: 0 });
  expect(await sendDueMail(shop.services, { now: new Date(), limit: 50 })).toMatchObject({
    suppressed: 1,
  });
  expect(shop.mailbox.messages(`${person.id}@erased.invalid`)).toEqual([]);
});

test("S26: sessions of an erased account end, and its address is free for somebody new", async () => {
  const { services } = shop;
  const { id, email } = await makeAccount(shop);
  const session = await createSession(services.redis, await readAccount(shop, email), new Date());
  await makeDue(shop, { id });
  await erase();
  expect(await readSession(services.redis, session, new Date())).toBeNull();
  const wish = { name: "Kim Again", email, password: PASSWORD };
  const registrationId = await signUp(services, wish);
  const registration = await findRegistration(services.database, registrationId);
  if (!registration) throw new Error("The address is taken.");
  const code = registrationCode(services.environment.JWT_SECRET, registration);
  const someone = await confirmByCode(services, {
    registrationId,
    code,
    device: DEVICE,
    now: new Date(),
  });
  expect(someone.id).not.toBe(id);
  const data = await findPersonalData(services.database, someone.id);
  expect(data).toMatchObject({ courses: [], orders: [], lessons: [] });
  expect(data?.securityEvents, "their own sign-up").toMatchObject([{ what: "sign-in" }]);
});

test("what is under way is waited for: a checkout, a dispute, a review, a refund", async () => {
  for (const status of ["pending", "processing", "disputed", "review"]) {
    const person = await makeErasablePerson(shop);
    await makeDue(shop, person);
    await shop.sql("UPDATE orders SET status = $2 WHERE id = $1", [person.orderId, status]);
    await erase();
    expect(await isErased(person.id), status).toBe(false);
    await shop.sql("UPDATE orders SET status = 'paid' WHERE id = $1", [person.orderId]);
    await erase();
    expect(await isErased(person.id), `${status}, over`).toBe(true);
  }
  const person = await makeErasablePerson(shop);
  await makeDue(shop, person);
  await shop.sql("UPDATE refunds SET status = 'pending' WHERE order_id = $1", [person.orderId]);
  await erase();
  expect(await isErased(person.id), "a refund").toBe(false);
});

test("a purchase paid after the account was closed opens, and gives the account time anew", async () => {
  const { id, email } = await makeAccount(shop);
  const courseId = await insertCourse(shop);
  const { orderId, sessionId } = await open(shop, { userId: id, email }, courseId);
  await makeDue(shop, { id });
  shop.stripe.pay(sessionId);
  expect(await syncOrder(shop.services, orderId, { now: new Date() })).toBe("paid");
  expect(await erase()).toMatchObject({ postponedErasures: 1 });
  expect(await erase()).toMatchObject({ postponedErasures: 0 });
  expect(await isErased(id)).toBe(false);
  expect(await look(shop, orderId)).toMatchObject({ entitlements: 1 });
  const mails = await shop.sql("SELECT FROM outbox WHERE template = 'deletion-postponed'");
  expect(mails).toHaveLength(1);
  await makeDue(shop, { id });
  await erase();
  expect(await isErased(id)).toBe(true);
});

test("many runs at once erase once", async () => {
  const person = await makeErasablePerson(shop);
  await makeDue(shop, person);
  const reports = await Promise.all(Array.from({ length: 5 }, erase));
  const erased = reports.reduce((sum, { erasedAccounts }) => sum + erasedAccounts, 0);
  expect(erased).toBe(1);
  const dedupeKey = `account-erased:${person.id}`;
  expect(await shop.sql("SELECT FROM outbox WHERE dedupe_key = $1", [dedupeKey])).toHaveLength(1);
});

test("S71: the shop deletes events of accounts that are due, and of no other", async () => {
  const { database } = shop.services;
  const { id } = await makeAccount(shop);
  await shop.sql("INSERT INTO security_events (user_id, kind, device) VALUES ($1, 'sign-in', $2)", [
    id,
    DEVICE.name,
  ]);
  const count = async () =>
    (await shop.sql("SELECT FROM security_events WHERE user_id = $1", [id])).length;
  await database.write`SELECT erase_security_events(${id}::uuid)`;
  expect(await count()).toBe(1);
  await makeDue(shop, { id });
  await database.write`SELECT erase_security_events(${id}::uuid)`;
  expect(await count()).toBe(0);
  const [rights] = await shop.sql<{ acl: string }>(
    "SELECT proacl::text AS acl FROM pg_proc WHERE proname = 'erase_security_events'",
  );
  expect(rights?.acl).not.toMatch(/[{,]=X/);
});
