import { afterAll, beforeAll, expect, test } from "vitest";
import {
  eraseAsAdmin,
  eraseDueAccounts,
  GRACE_DAYS,
  keepAccount,
  requestDeletion,
} from "#lib/accounts/deletion.ts";
import type { UserWithPassword } from "#lib/accounts/queries.ts";
import { checkCredentials } from "#lib/accounts/sign-in.ts";
import { listAudit } from "#lib/operations/audit.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import {
  DEVICE,
  eventsOf,
  mailsTo,
  makeAccount,
  openSessions,
  PASSWORD,
  warmUp,
} from "./account.ts";
import { makeErasablePerson } from "./erasable-person.ts";

let shop: TestShop;
let admin: UserWithPassword;
let adminId: string;
beforeAll(async () => {
  shop = await openShop();
  await warmUp(shop);
  admin = await makeAccount(shop);
  adminId = admin.id;
  await shop.sql("UPDATE users SET role = 'admin' WHERE id = $1", [adminId]);
});
afterAll(() => shop.stop());

const ask = (userId: string, password = PASSWORD) =>
  requestDeletion(shop.services, { userId, password, device: DEVICE, now: new Date() });
const keep = (userId: string) => keepAccount(shop.services, { userId, device: DEVICE });

async function stateOf(id: string) {
  const [row] = await shop.sql<{ days: number | null; erased: boolean; email: string }>(
    `SELECT round(extract(epoch FROM deletion_due_at - now()) / 86400)::int AS days,
            erased_at IS NOT NULL AS erased, email
     FROM users WHERE id = $1`,
    [id],
  );
  return row;
}

test("S26: closing an account ends its sessions, tells its owner, and erases nothing yet", async () => {
  const user = await makeAccount(shop);
  const { countOpen } = await openSessions(shop, user);
  await ask(user.id);
  expect(await countOpen()).toBe(0);
  expect(await stateOf(user.id)).toEqual({ days: GRACE_DAYS, erased: false, email: user.email });
  expect(await mailsTo(shop, user.email)).toEqual(["deletion-asked"]);
  expect(await eventsOf(shop, user.id)).toEqual(["deletion-asked"]);
  await eraseDueAccounts(shop.services, { now: new Date() });
  expect(await stateOf(user.id)).toMatchObject({ erased: false });
});

test("S05: without the password nothing is closed", async () => {
  const user = await makeAccount(shop);
  const { countOpen } = await openSessions(shop, user);
  await expect(ask(user.id, "not the password")).rejects.toMatchObject({ code: "forbidden" });
  expect(await countOpen()).toBe(3);
  expect(await stateOf(user.id)).toMatchObject({ days: null });
});

test("within the time the password still opens the account, and its owner keeps it", async () => {
  const user = await makeAccount(shop);
  await ask(user.id);
  await expect(ask(user.id)).rejects.toMatchObject({ code: "conflict" });
  const credentials = { email: user.email, password: PASSWORD };
  expect(await checkCredentials(shop.services, credentials)).toMatchObject({ id: user.id });
  await keep(user.id);
  expect(await stateOf(user.id)).toMatchObject({ days: null, erased: false });
  await expect(keep(user.id)).rejects.toMatchObject({ code: "conflict" });
  expect(await mailsTo(shop, user.email)).toEqual(["deletion-asked", "deletion-taken-back"]);
  expect(await eventsOf(shop, user.id)).toEqual(["deletion-asked", "deletion-taken-back"]);
});

test("accounts of staff are not closed by a form, nor erased", async () => {
  const { countOpen } = await openSessions(shop, admin);
  await expect(ask(adminId)).rejects.toMatchObject({ code: "conflict" });
  expect(await countOpen()).toBe(3);
  const other = await makeAccount(shop);
  await shop.sql("UPDATE users SET role = 'admin' WHERE id = $1", [other.id]);
  const order = { personId: other.id, address: other.email, reason: "Asked", actorId: adminId };
  await expect(eraseAsAdmin(shop.services, { ...order, now: new Date() })).rejects.toMatchObject({
    code: "conflict",
  });
  expect(await stateOf(other.id)).toMatchObject({ days: null, erased: false });
});

test("S26: an admin erases at once, with the address typed and a reason that stays", async () => {
  const user = await makeAccount(shop);
  const { countOpen } = await openSessions(shop, user);
  const order = { personId: user.id, reason: "Asked by letter", actorId: adminId };
  const eraseWith = (address: string) =>
    eraseAsAdmin(shop.services, { ...order, address, now: new Date() });
  await expect(eraseWith("other@example.com")).rejects.toMatchObject({ field: "address" });
  expect(await countOpen()).toBe(3);
  await eraseWith(user.email);
  expect(await countOpen()).toBe(0);
  expect(await stateOf(user.id)).toMatchObject({ erased: true });
  await expect(keep(user.id)).rejects.toMatchObject({ code: "conflict" });
  await expect(eraseWith(user.email)).rejects.toMatchObject({ code: "not-found" });
  const lines = await listAudit(shop.services.database, null);
  expect(lines.filter(({ subjectId }) => subjectId === user.id)).toMatchObject([
    { action: "person.erase", reason: "Asked by letter" },
  ]);
  expect(await mailsTo(shop, user.email)).toEqual(["account-erased"]);
});

test("an admin is told what is under way, and nothing is erased", async () => {
  const person = await makeErasablePerson(shop);
  await shop.sql("UPDATE orders SET status = 'disputed' WHERE id = $1", [person.orderId]);
  const order = { personId: person.id, address: person.email, reason: "Asked", actorId: adminId };
  const attempt = eraseAsAdmin(shop.services, { ...order, now: new Date() });
  await expect(attempt).rejects.toThrow(/^Not yet: order \d+ is disputed at the bank\.$/);
  expect(await stateOf(person.id)).toMatchObject({ days: null, erased: false });
});

test("S76: without Redis no account is closed or erased", async () => {
  const user = await makeAccount(shop);
  shop.faults.set("redis", "refuse");
  const order = { personId: user.id, address: user.email, reason: "Asked", actorId: adminId };
  await expect(ask(user.id)).rejects.toMatchObject({ code: "unavailable" });
  await expect(eraseAsAdmin(shop.services, { ...order, now: new Date() })).rejects.toMatchObject({
    code: "unavailable",
  });
  expect(await stateOf(user.id)).toMatchObject({ erased: false });
  shop.faults.clear();
});
