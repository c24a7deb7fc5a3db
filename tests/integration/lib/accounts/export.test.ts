import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findPersonalData } from "#lib/accounts/export-queries.ts";
import { requestPasswordReset } from "#lib/accounts/password-reset.ts";
import { insertSecurityEvent } from "#lib/accounts/security-queries.ts";
import { syncOrder } from "#lib/orders/sync-order.ts";
import { plantCanaries, SECRET_CANARY, STRIPE_CANARY } from "../../../support/canaries.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import { insertBuyer, insertCourse, open } from "../orders/purchase.ts";
import { DEVICE, makeAccount } from "./account.ts";

let shop: TestShop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.stop());

const ACCOUNT_KEYS = ["createdAt", "email", "name", "newsWantedAt", "passwordChangedAt", "role"];
const EVENT_KEYS = ["device", "happenedAt", "place", "what"];

test("S32 S33: a person gets what is kept about them, nothing of others and nothing secret", async () => {
  const { database } = shop.services;
  const [user, other] = [await makeAccount(shop), await makeAccount(shop)];
  for (const { id: userId, email } of [user, other]) {
    await insertSecurityEvent(database, { userId, kind: "sign-in", device: DEVICE });
    await requestPasswordReset(shop.services, email);
  }
  const data = await findPersonalData(database, user.id);
  expect(data).toMatchObject({
    account: { name: "Kim Buyer", email: user.email, role: "learner" },
    orders: [],
    courses: [],
    lessons: [],
    passkeys: [],
    securityEvents: [{ what: "sign-in", device: DEVICE.name, place: DEVICE.place }],
  });
  // A column that is added must be named here: nothing gets out by itself.
  expect(Object.keys(data?.account ?? {}).sort()).toEqual(ACCOUNT_KEYS);
  expect(Object.keys(data?.securityEvents[0] ?? {}).sort()).toEqual(EVENT_KEYS);
  const text = JSON.stringify(data);
  expect(text).not.toContain(other.email);
  expect(text).not.toMatch(/scrypt|nonce|hash|stripe/i);
  expect(await findPersonalData(database, randomUUID())).toBeNull();
});

test("S33: no secret, and no name that Stripe has for something, is in the file", async () => {
  const { database } = shop.services;
  const buyer = await insertBuyer(shop);
  const { orderId, sessionId } = await open(shop, buyer, await insertCourse(shop));
  shop.stripe.pay(sessionId);
  await syncOrder(shop.services, orderId, { now: new Date() });
  await plantCanaries(database, buyer.userId);
  const data = await findPersonalData(database, buyer.userId);
  expect(data).toMatchObject({ orders: [{}], passkeys: [{}], courses: [{}] });
  const text = JSON.stringify(data);
  for (const secret of [SECRET_CANARY, STRIPE_CANARY, sessionId])
    expect(text).not.toContain(secret);
});

test("S71: the shop itself can't change or delete what happened on an account", async () => {
  const { database } = shop.services;
  const user = await makeAccount(shop);
  await insertSecurityEvent(database, { userId: user.id, kind: "sign-in", device: DEVICE });
  await expect(
    database.write`UPDATE security_events SET kind = 'sign-in' WHERE user_id = ${user.id}`,
  ).rejects.toMatchObject({ code: "42501" });
  await expect(
    database.write`DELETE FROM security_events WHERE user_id = ${user.id}`,
  ).rejects.toMatchObject({ code: "42501" });
});
