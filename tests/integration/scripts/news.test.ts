import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { insertCourse } from "../lib/orders/purchase.ts";
import { openShop, type TestShop } from "../../support/shop.ts";

const run = promisify(execFile);
let shop: TestShop;

beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.stop());

async function news(...args: string[]): Promise<string> {
  const env = { ...process.env, ...shop.variables };
  const { stdout } = await run(process.execPath, ["scripts/news.ts", ...args], { env });
  return stdout;
}

const listMails = () =>
  shop.sql<{ recipient: string }>("SELECT recipient FROM outbox WHERE template = 'new-course'");

test("it says how many it would write to, and writes with a yes, once", async () => {
  await shop.sql(
    `INSERT INTO users (email, name, password_hash, news_wanted_at)
     VALUES ('kim@example.com', 'Kim', 'x', now()), ('lou@example.com', 'Lou', 'x', NULL)`,
  );
  const id = await insertCourse(shop);
  const [course] = await shop.sql<{ slug: string }>("SELECT slug FROM courses WHERE id = $1", [id]);
  const slug = course?.slug ?? "";
  expect(await news("course", slug)).toContain("courses: 1.");
  expect(await listMails()).toEqual([]);
  expect(await news("course", slug, "--yes")).toContain("shop: 1");
  expect(await news("course", slug, "--yes")).toContain("shop: 0");
  expect(await listMails()).toEqual([{ recipient: "kim@example.com" }]);
});

test("a course that is not on sale, or none, is a mistake", async () => {
  await expect(news("course", "no-such-course", "--yes")).rejects.toMatchObject({ code: 1 });
  await expect(news("course")).rejects.toMatchObject({ code: 2 });
});
