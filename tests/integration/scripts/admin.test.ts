import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { UserWithPassword } from "#lib/accounts/queries.ts";
import { createSession, readSession } from "#lib/accounts/sessions.ts";
import { checkCredentials } from "#lib/accounts/sign-in.ts";
import { openShop, type TestShop } from "../../support/shop.ts";
import { eventsOf, makeAccount, readAccount } from "../lib/accounts/account.ts";

const run = promisify(execFile);
let shop: TestShop;

beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.stop());

function admin(...args: string[]): Promise<string> {
  return adminWith({}, ...args);
}

async function adminWith(variables: NodeJS.ProcessEnv, ...args: string[]): Promise<string> {
  const env = { ...process.env, ...shop.variables, ...variables };
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

test("S31: a new role ends the sessions that hold the former one, and nobody else's", async () => {
  const { redis } = shop.services;
  const [person, other] = [await makeAccount(shop), await makeAccount(shop)];
  const now = new Date();
  const open = (user: UserWithPassword) => createSession(redis, user, now);
  const isOpen = async (id: string) => (await readSession(redis, id, now)) !== null;
  const [before, others] = [await open(person), await open(other)];
  await admin("create", person.email, "--support");
  expect(await isOpen(before)).toBe(false);
  const support = await open(await readAccount(shop, person.email));
  await admin("dismiss", person.email);
  expect(await isOpen(support)).toBe(false);
  expect(await isOpen(others)).toBe(true);
  expect(await eventsOf(shop, person.id)).toEqual(["all-sessions-ended", "all-sessions-ended"]);
});

test("without the address of Redis, or its answer, the role is changed and what is left is said", async () => {
  const { email } = await makeAccount(shop);
  const nowhere = { UPSTASH_REDIS_REST_URL: "" };
  expect(await adminWith(nowhere, "create", email)).toContain("at the next sign-in");
  expect(await readAccount(shop, email)).toMatchObject({ role: "admin" });
  const silent = { UPSTASH_REDIS_REST_URL: "http://localhost:9/redis" };
  await expect(adminWith(silent, "dismiss", email)).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining("Run it again") as string,
  });
  expect(await readAccount(shop, email)).toMatchObject({ role: "learner" });
});

test("without an address it says how it is used, and fails", async () => {
  await expect(admin("create")).rejects.toMatchObject({ code: 2 });
});
