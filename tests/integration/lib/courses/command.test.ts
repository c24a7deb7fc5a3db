import { execFile } from "node:child_process";
import { existsSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findCourse } from "#lib/courses/catalogue.ts";
import { forgetEverything } from "#lib/services/cache.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import { lessonText, makeFolder, writeCourseFolder } from "./course-folder.ts";

const SCRIPT = join(import.meta.dirname, "../../../../scripts/courses.ts");
const folder = makeFolder();
let shop: TestShop;

beforeAll(async () => {
  shop = await openShop();
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await shop.stop();
});

function runCourses(...words: string[]): Promise<{ code: number; output: string }> {
  const env = { PATH: process.env.PATH, ...shop.variables };
  return new Promise((resolve) => {
    execFile(process.execPath, [SCRIPT, ...words], { env, cwd: folder }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });
}

async function titleInShop(): Promise<string | undefined> {
  forgetEverything();
  return (await findCourse(shop.services, "night"))?.course.title;
}

test("an author publishes, changes, lists and takes a course out of the shop", async () => {
  const course = await writeCourseFolder(folder, "night", ["Lights"]);
  const draft = await runCourses("publish", course, "--draft");
  expect(draft).toMatchObject({ code: 0, output: expect.stringContaining("A draft") as string });
  expect(await titleInShop()).toBeUndefined();

  expect((await runCourses("publish", course)).output).toBe(
    "night: updated, 1 lessons\nIn the shop at /courses/night\n",
  );
  expect(await titleInShop()).toBe("Sailing by night");

  // The title is in the cache by then: the command makes the shop forget it.
  await writeCourseFolder(folder, "night", ["Lights"], { title: "Sailing at night" });
  expect((await runCourses("publish", course)).code).toBe(0);
  expect(await titleInShop()).toBe("Sailing at night");
  expect((await runCourses("list")).output).toMatch(/^published {2}night {2}1 lessons/);

  const unsure = await runCourses("unpublish", "night");
  expect(unsure).toMatchObject({ code: 1, output: expect.stringContaining("--yes") as string });
  expect(await titleInShop()).toBe("Sailing at night");
  expect((await runCourses("unpublish", "night", "--yes")).code).toBe(0);
  expect(await titleInShop()).toBeUndefined();
});

test("an author sees a course as one page before anybody else does", async () => {
  const title = "Sailing <by> night";
  const course = await writeCourseFolder(folder, "dusk", ["Lights", "Anchors"], { title });
  const { code, output } = await runCourses("preview", course);
  expect(code).toBe(0);
  const address = /^2 lessons, no mistakes: (file:\S+)\n$/.exec(output)?.[1] ?? "";
  const page = fileURLToPath(address);
  expect(page).toBe(join(realpathSync(folder), ".data", "preview", "dusk.html"));
  const html = readFileSync(page, "utf8");
  expect(html).toContain("<h1>Sailing &lt;by&gt; night</h1>");
  for (const [index, lesson] of ["Lights", "Anchors"].entries()) {
    expect(html).toContain(`<h1>${index + 1}. ${lesson}</h1>`);
    expect(html).toContain(lessonText(lesson));
  }
  expect((await runCourses("list")).output).not.toContain("dusk");
  rmSync(page);
  await writeCourseFolder(folder, "dusk", ["Lights"], { topic: "cooking" });
  expect(await runCourses("preview", course)).toMatchObject({ code: 1 });
  expect(existsSync(page), "no page of what can't be published").toBe(false);
});

test("mistakes in a folder are told without a stack trace", async () => {
  const course = await writeCourseFolder(folder, "broken", ["Lights"], { topic: "cooking" });
  const { code, output } = await runCourses("publish", course);
  expect(code).toBe(1);
  expect(output).toMatch(/^The course broken can't be used:\n- course\.md: topic: must be one of/);
  expect(output).not.toContain("    at ");
});

test("no message shows the database's password", async () => {
  const { password } = new URL(shop.variables.DATABASE_URL ?? "");
  shop.faults.set("database", "credentials");
  const { code, output } = await runCourses("list");
  shop.faults.clear();
  expect(code).toBe(1);
  expect(password.length).toBeGreaterThan(8);
  expect(output).not.toContain(password);
});
