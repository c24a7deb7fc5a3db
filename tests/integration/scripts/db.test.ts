import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { describeSchema } from "../../support/dump.ts";
import { openShop, type TestShop } from "../../support/shop.ts";

const run = promisify(execFile);
const MIGRATIONS = join(import.meta.dirname, "../../../database/migrations");
const WAY_BACK = "-- migrate:down";
const migrations = readdirSync(MIGRATIONS).sort();
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

test("S10: a reset needs a yes, empties the shop and makes every table and view anew, with nobody in it", async () => {
  const before = await describeSchema(shop.sql);
  await shop.sql(
    "INSERT INTO users (email, name, password_hash) VALUES ('kim@example.com', 'Kim', 'x')",
  );
  await expect(db("reset")).rejects.toMatchObject({
    stderr: expect.stringContaining("--yes") as string,
  });
  await db("reset", "--yes");
  expect(await describeSchema(shop.sql)).toEqual(before);
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

test("each migration's way back undoes what it did, and two runners at once apply each once", async () => {
  const before = await describeSchema(shop.sql);
  for (const name of migrations.toReversed()) {
    const [up = "", down = ""] = readFileSync(join(MIGRATIONS, name), "utf8").split(WAY_BACK);
    const after = await describeSchema(shop.sql);
    expect(await db("rollback")).toContain(`Rolled back: ${name}`);
    // Two ways to one schema: from the file alone, and by the way back of the one after it.
    await shop.sql(up);
    expect.soft(await describeSchema(shop.sql), `${name}, back and forth`).toEqual(after);
    await shop.sql(down);
  }
  expect(await describeSchema(shop.sql), "nothing is left").toEqual([]);
  expect(await db("status")).toContain(`Pending: ${migrations.length}`);
  const outputs = await Promise.all([db("migrate"), db("migrate")]);
  const applied = [...outputs.join("").matchAll(/^Applied: (\S+)/gm)].map(([, name]) => name);
  expect(applied).toEqual(migrations);
  expect(await db("status")).toContain("Pending: 0");
  expect(await describeSchema(shop.sql)).toEqual(before);
});
