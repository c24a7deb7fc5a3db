import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { changePassword } from "#lib/accounts/change-password.ts";
import { verifyPassword } from "#lib/accounts/passwords.ts";
import { DependencyError } from "#lib/errors.ts";
import { RateLimitError } from "#lib/rate-limits.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import {
  DEVICE,
  eventsOf,
  mailsTo,
  makeAccount,
  NEW_PASSWORD,
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

function change(user: { id: string; email: string; name: string }, current: string) {
  return changePassword(shop.services, { user, current, password: NEW_PASSWORD, device: DEVICE });
}

test("S05: the current password is needed; with it the new one counts and all sessions end", async () => {
  const user = await makeAccount(shop);
  const { countOpen } = await openSessions(shop, user);
  for (const wrong of ["", ` ${PASSWORD}`])
    await expect(change(user, wrong)).rejects.toMatchObject({ code: "forbidden" });
  expect((await readAccount(shop, user.email)).passwordHash).toBe(user.passwordHash);
  expect(await countOpen()).toBe(3);
  await change(user, PASSWORD);
  const { passwordHash } = await readAccount(shop, user.email);
  expect(await verifyPassword(NEW_PASSWORD, passwordHash)).toBe(true);
  expect(await countOpen()).toBe(0);
  expect(await mailsTo(shop, user.email)).toEqual(["password-changed"]);
  expect(await eventsOf(shop, user.id)).toEqual(["password-changed"]);
});

test("S08: whoever sits at an open session can't guess the password there", async () => {
  const user = await makeAccount(shop);
  const answers: unknown[] = [];
  for (let index = 0; index < 12; index++)
    answers.push(await change(user, "a guess").catch((error: unknown) => error));
  expect(answers.filter((answer) => !(answer instanceof RateLimitError)).length).toBeLessThan(11);
  await expect(change(user, PASSWORD)).rejects.toBeInstanceOf(RateLimitError);
});

test("S76: without Redis nothing is changed", async () => {
  const user = await makeAccount(shop);
  shop.faults.set("redis", "refuse");
  await expect(change(user, PASSWORD)).rejects.toBeInstanceOf(DependencyError);
  expect((await readAccount(shop, user.email)).passwordHash).toBe(user.passwordHash);
});
