import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { openShop, type TestShop } from "../../support/shop.ts";

const run = promisify(execFile);
let shop: TestShop;

beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.stop());

async function db(...args: string[]): Promise<string> {
  const env = { ...process.env, ...shop.variables };
  const { stdout } = await run(process.execPath, ["scripts/db.ts", ...args], { env });
  return stdout;
}

function listRelations(): Promise<{ name: string }[]> {
  return shop.sql(
    `SELECT relname AS name FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v') ORDER BY relname`,
  );
}

test("S10: a reset needs a yes, empties the shop and makes every table and view anew, with nobody in it", async () => {
  const before = await listRelations();
  await shop.sql(
    "INSERT INTO users (email, name, password_hash) VALUES ('kim@example.com', 'Kim', 'x')",
  );
  await expect(db("reset")).rejects.toMatchObject({
    stderr: expect.stringContaining("--yes") as string,
  });
  await db("reset", "--yes");
  expect(await listRelations()).toEqual(before);
  expect(await shop.sql("SELECT email FROM users")).toEqual([]);
});

test("with a stamp, a seed leaves the courses until they or their table are others", async () => {
  const folder = mkdtempSync(join(tmpdir(), "slipway-seed-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const stamp = join(folder, "seeded");
  expect(await db("seed", "--stamp", stamp)).toContain("production-deployment: 10 lessons");
  expect(await db("seed", "--stamp", stamp)).not.toContain("lessons");
  await db("reset", "--yes");
  expect(await db("seed", "--stamp", stamp)).toContain("lessons, created");
  writeFileSync(stamp, "of other courses");
  expect(await db("seed", "--stamp", stamp)).toContain("lessons, unchanged");
});
