import { afterAll, beforeAll, expect, test } from "vitest";
import { registrationCode, registrationToken } from "#lib/accounts/registration.ts";
import { completeRegistration, findRegistration, findUserByEmail } from "#lib/accounts/queries.ts";
import { confirmByCode, confirmByLink, signUp } from "#lib/accounts/sign-up.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import { DEVICE } from "./account.ts";

let shop: TestShop;
const password = "a long password";
const now = () => new Date();

beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.stop());

async function register(email: string) {
  const id = await signUp(shop.services, { name: "Kim", email, password });
  const registration = await findRegistration(shop.services.database, id);
  const secret = shop.services.environment.JWT_SECRET;
  if (!registration) return { id, code: "", token: "" };
  return {
    id,
    code: registrationCode(secret, registration),
    token: registrationToken(secret, registration),
  };
}

async function mailsTo(email: string): Promise<string[]> {
  const rows = await shop.sql<{ template: string }>(
    "SELECT template FROM outbox WHERE recipient = $1 ORDER BY created_at",
    [email],
  );
  return rows.map(({ template }) => template);
}

test("S13: the mailed code makes the account, once, and welcomes", async () => {
  const { id, code } = await register("code@example.com");
  expect(await findUserByEmail(shop.services.database, "code@example.com")).toBeNull();
  const user = await confirmByCode(shop.services, {
    registrationId: id,
    code,
    device: DEVICE,
    now: now(),
  });
  expect(user).toMatchObject({ email: "code@example.com", name: "Kim", role: "learner" });
  expect(await mailsTo("code@example.com")).toEqual(["confirm-sign-up", "welcome"]);
  await expect(
    confirmByCode(shop.services, { registrationId: id, code, device: DEVICE, now: now() }),
  ).rejects.toMatchObject({ code: "invalid" });
});

test("S13: of fifty confirmations at once one makes the account", async () => {
  const { id, token } = await register("parallel@example.com");
  const link = { registrationId: id, token, password: null, device: DEVICE, now: now() };
  const results = await Promise.allSettled(
    Array.from({ length: 50 }, () => confirmByLink(shop.services, link)),
  );
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});

test("S13: of fifty that got as far as the last statement, ten at once, one makes the account", async () => {
  const { id, token } = await register("statement@example.com");
  const complete = () => completeRegistration(shop.services.database, id, DEVICE);
  const completed: unknown[] = [];
  // More at once than a busy machine answers in time would show an outage, and not a race.
  for (let round = 0; round < 5; round++)
    completed.push(...(await Promise.all(Array.from({ length: 10 }, complete))));
  expect(completed.filter((user) => user !== null)).toHaveLength(1);
  const again = { registrationId: id, token, password: null, device: DEVICE, now: now() };
  await expect(confirmByLink(shop.services, again)).rejects.toMatchObject({ code: "invalid" });
});

test("S08 S13: wrong codes are counted, and the sixth guess is too late even when it is right", async () => {
  const { id, code } = await register("guess@example.com");
  const wrong = code === "000000" ? "000001" : "000000";
  for (let index = 0; index < 5; index++)
    await expect(
      confirmByCode(shop.services, { registrationId: id, code: wrong, device: DEVICE, now: now() }),
    ).rejects.toMatchObject({ code: "invalid" });
  await expect(
    confirmByCode(shop.services, { registrationId: id, code, device: DEVICE, now: now() }),
  ).rejects.toMatchObject({ code: "invalid" });
});

test("in another browser the link needs the password that was chosen", async () => {
  const { id, token } = await register("link@example.com");
  const link = { registrationId: id, token, device: DEVICE, now: now() };
  await expect(
    confirmByLink(shop.services, { ...link, password: "a guess" }),
  ).rejects.toMatchObject({ code: "invalid" });
  const user = await confirmByLink(shop.services, { ...link, password });
  expect(user.email).toBe("link@example.com");
});

test("an address that has an account gets another mail and no second registration", async () => {
  const first = await register("known@example.com");
  await confirmByCode(shop.services, {
    registrationId: first.id,
    code: first.code,
    device: DEVICE,
    now: now(),
  });
  const second = await register("known@example.com");
  expect(second.id).not.toBe(first.id);
  expect(await findRegistration(shop.services.database, second.id)).toBeNull();
  expect(await mailsTo("known@example.com")).toContain("already-registered");
});

test("two sign-ups with one address: the one that is proved wins", async () => {
  const strangers = await register("contested@example.com");
  const owners = await register("contested@example.com");
  await confirmByCode(shop.services, {
    registrationId: owners.id,
    code: owners.code,
    device: DEVICE,
    now: now(),
  });
  await expect(
    confirmByCode(shop.services, {
      registrationId: strangers.id,
      code: strangers.code,
      device: DEVICE,
      now: now(),
    }),
  ).rejects.toMatchObject({ code: "conflict" });
});

test("S13: neither the database nor the outbox holds what the mail proves", async () => {
  const { id, code, token } = await register("rest@example.com");
  const rows = await shop.sql("SELECT r::text AS dump FROM registrations r WHERE id = $1", [id]);
  const mails = await shop.sql("SELECT o::text AS dump FROM outbox o WHERE recipient = $1", [
    "rest@example.com",
  ]);
  const dump = JSON.stringify([rows, mails]);
  expect(dump).not.toContain(token);
  expect(dump).not.toContain(`"${code}"`);
});
