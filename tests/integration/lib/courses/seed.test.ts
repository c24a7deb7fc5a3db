import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { checkCredentials } from "#lib/accounts/sign-in.ts";
import { seed } from "../../../../database/seed/seed.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import { makeFolder, writeCourseFolder } from "./course-folder.ts";

const folder = makeFolder();
const now = new Date("2026-11-23T12:00:00Z");
const password = "a long password";
let shop: TestShop;

beforeAll(async () => {
  shop = await openShop();
  await writeCourseFolder(folder, "night", ["Lights"]);
  await writeCourseFolder(folder, "storm", ["Waves", "Wind"]);
  mkdirSync(join(folder, "drafts"));
});
afterEach(() => {
  vi.unstubAllEnvs();
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await shop.stop();
});

async function runSeed(demoPassword: string | null): Promise<string[]> {
  const lines: string[] = [];
  const log = (line: string) => lines.push(line);
  await seed(shop.services.database, { folder, demoPassword, now, log });
  return lines;
}

test("without a password, or away from a developer's machine, nobody is made", async () => {
  expect(await runSeed(null)).toEqual(["night: 1 lessons, created", "storm: 2 lessons, created"]);
  vi.stubEnv("APP_ENV", "staging");
  await runSeed(password);
  expect(await shop.sql("SELECT email FROM users")).toEqual([]);
});

test("the demo accounts can sign in, and seeding again changes nothing", async () => {
  vi.stubEnv("APP_ENV", "development");
  expect(await runSeed(password)).toContain("Demo accounts: 2 made");
  for (const [email, role] of [
    ["learner@example.com", "learner"],
    ["admin@example.com", "admin"],
  ] as const)
    expect(await checkCredentials(shop.services, { email, password })).toMatchObject({ role });
  expect(await runSeed(password)).toEqual([
    "night: 1 lessons, unchanged",
    "storm: 2 lessons, unchanged",
    "Demo accounts: unchanged",
  ]);
});
