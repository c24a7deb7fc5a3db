import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkCredentials } from "#lib/accounts/sign-in.ts";
import { openShop, type TestShop } from "../../support/shop.ts";

const run = promisify(execFile);
let shop: TestShop;

beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.stop());

async function admin(...args: string[]): Promise<string> {
  const env = { ...process.env, ...shop.variables };
  const { stdout } = await run(process.execPath, ["scripts/admin.ts", ...args], { env });
  return stdout;
}

test("the first admin gets a password that works, and it is printed once", async () => {
  const output = await admin("create", "Boss@Example.com", "--name", "The Boss");
  const password = /Password: (\S+)/.exec(output)?.[1] ?? "";
  const user = await checkCredentials(shop.services, { email: "boss@example.com", password });
  expect(user).toMatchObject({ role: "admin", name: "The Boss" });
  expect(await admin("create", "boss@example.com")).not.toContain("Password");
});

test("S31: support is made by its own word, and a role is taken away again", async () => {
  const output = await admin("create", "sue@example.com", "--support");
  const password = /Password: (\S+)/.exec(output)?.[1] ?? "";
  const credentials = { email: "sue@example.com", password };
  expect(await checkCredentials(shop.services, credentials)).toMatchObject({ role: "support" });
  expect(await admin("dismiss", "Sue@Example.com")).toContain("learner");
  expect(await checkCredentials(shop.services, credentials)).toMatchObject({ role: "learner" });
  await expect(admin("dismiss", "nobody@example.com")).rejects.toMatchObject({ code: 1 });
});

test("without an address it says how it is used, and fails", async () => {
  await expect(admin("create")).rejects.toMatchObject({ code: 2 });
});
