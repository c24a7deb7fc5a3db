import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
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
