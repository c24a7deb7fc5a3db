import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { findEmailChange } from "#lib/accounts/email-change-queries.ts";
import {
  confirmEmailChange,
  emailChangeToken,
  findOpenEmailChange,
  requestEmailChange,
} from "#lib/accounts/email-change.ts";
import { resetToken } from "#lib/accounts/password-reset.ts";
import type { UserWithPassword } from "#lib/accounts/queries.ts";
import { DependencyError } from "#lib/errors.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import {
  DEVICE,
  eventsOf,
  mailsTo,
  makeAccount,
  openSessions,
  PASSWORD,
  readAccount,
  warmUp,
} from "./account.ts";

let shop: TestShop;
beforeAll(async () => {
  shop = await openShop();
  await warmUp(shop);
});
afterEach(() => shop.faults.clear());
afterAll(() => shop.stop());

function newEmail(): string {
  return `${randomUUID()}@new.example`;
}

async function askFor(user: UserWithPassword, address: string, password = PASSWORD) {
  const { id: userId, email } = user;
  const wish = { userId, email, newEmail: address, password, device: DEVICE };
  await requestEmailChange(shop.services, wish);
  const [row] = await shop.sql<{ id: string }>(
    "SELECT id FROM email_changes WHERE new_email = $1 ORDER BY created_at DESC LIMIT 1",
    [address],
  );
  const change = await findEmailChange(shop.services.database, row?.id ?? "");
  if (!change) throw new Error("The move was not written.");
  const token = emailChangeToken(shop.services.environment.JWT_SECRET, change);
  return { id: change.id, token, userId, change };
}

function confirm(link: { id: string; token: string; userId: string }) {
  return confirmEmailChange(shop.services, { ...link, device: DEVICE, now: new Date() });
}

test("S05: the address changes with the password and the link alone, and all sessions end", async () => {
  const user = await makeAccount(shop);
  const address = newEmail();
  const { countOpen } = await openSessions(shop, user);
  await expect(askFor(user, address, "a guess")).rejects.toMatchObject({ code: "forbidden" });
  expect(await mailsTo(shop, address)).toEqual([]);
  const link = await askFor(user, address);
  expect((await readAccount(shop, user.email)).id).toBe(user.id);
  expect(await confirm(link)).toMatchObject({ id: user.id, email: address });
  expect(await countOpen()).toBe(0);
  expect(await mailsTo(shop, address)).toEqual(["confirm-email"]);
  expect(await mailsTo(shop, user.email)).toEqual(["email-change-asked", "email-changed"]);
  expect(await eventsOf(shop, user.id)).toEqual(["email-change-asked", "email-changed"]);
  await expect(confirm(link), "once").rejects.toMatchObject({ code: "invalid" });
});

test("S13: the link is bound to its purpose, its account, its addresses and its password", async () => {
  const user = await makeAccount(shop);
  const { JWT_SECRET: secret } = shop.services.environment;
  const link = await askFor(user, newEmail());
  const other = await askFor(user, newEmail());
  const now = new Date();
  const isOpen = async (given: Partial<typeof link>) =>
    (await findOpenEmailChange(shop.services, { ...link, ...given, now })) !== null;
  expect(await isOpen({})).toBe(true);
  expect(await isOpen({ userId: (await makeAccount(shop)).id })).toBe(false);
  expect(await isOpen({ token: other.token })).toBe(false);
  expect(await isOpen({ token: resetToken(secret, link.change) })).toBe(false);
  await shop.sql("UPDATE users SET password_hash = 'other' WHERE id = $1", [user.id]);
  expect(await isOpen({}), "the password was changed").toBe(false);
  await shop.sql("UPDATE users SET password_hash = $2 WHERE id = $1", [user.id, user.passwordHash]);
  await confirm(other);
  expect(await isOpen({}), "the account has moved").toBe(false);
});

test("S14: the link works for a day", async () => {
  const user = await makeAccount(shop);
  const link = await askFor(user, newEmail());
  const after = (seconds: number) => new Date(link.change.createdAt.getTime() + seconds * 1000);
  const day = 24 * 60 * 60;
  expect(await findOpenEmailChange(shop.services, { ...link, now: after(day) })).not.toBeNull();
  expect(await findOpenEmailChange(shop.services, { ...link, now: after(day + 1) })).toBeNull();
});

test("S17: an address that is taken is answered alike, and can't be taken over", async () => {
  const [user, other] = [await makeAccount(shop), await makeAccount(shop)];
  const link = await askFor(user, other.email);
  expect(await mailsTo(shop, other.email)).toEqual(["confirm-email"]);
  await expect(confirm(link)).rejects.toMatchObject({ code: "invalid" });
  expect((await readAccount(shop, other.email)).id).toBe(other.id);
});

test("S13: of two accounts that move to one address at once, one gets it", async () => {
  const [one, two] = [await makeAccount(shop), await makeAccount(shop)];
  const address = newEmail();
  const links = [await askFor(one, address), await askFor(two, address)];
  const results = await Promise.allSettled(links.map(confirm));
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  const refused = results.find(({ status }) => status === "rejected");
  expect(refused).toMatchObject({ reason: { code: "invalid" } });
});

test("S76: without Redis the account stays where it is, and the link still works", async () => {
  const user = await makeAccount(shop);
  const link = await askFor(user, newEmail());
  shop.faults.set("redis", "refuse");
  await expect(confirm(link)).rejects.toBeInstanceOf(DependencyError);
  shop.faults.clear();
  expect((await readAccount(shop, user.email)).id).toBe(user.id);
  expect(
    await findOpenEmailChange(shop.services, { ...link, now: new Date() }),
    "not used up",
  ).not.toBeNull();
});
