import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readCourse } from "#lib/courses/course-file.ts";

const ROOT = join(import.meta.dirname, "../../../..");
const COURSES = join(ROOT, "database/seed/courses");
const slugs = readdirSync(COURSES);

test.each(slugs)("the course %s can be published, and begins with a free lesson", async (slug) => {
  const { lessons } = await readCourse(join(COURSES, slug));
  expect(lessons[0]?.preview).toBe(true);
});

test.each(slugs)("the lessons of %s point at files that exist", async (slug) => {
  const { lessons } = await readCourse(join(COURSES, slug));
  const missing = lessons.filter(({ file }) => file !== null && !existsSync(join(ROOT, file)));
  expect(missing.map((lesson) => `${lesson.slug}: ${lesson.file ?? ""}`)).toEqual([]);
});

// A quotation may leave lines out and move to the left; what it shows must be there, in that order.
test("the code that lessons quote is the code as it is", () => {
  const wrong: string[] = [];
  for (const lesson of globSync("*/*.md", { cwd: COURSES })) {
    const text = readFileSync(join(COURSES, lesson), "utf8");
    for (const [, file = "", code = ""] of text.matchAll(/^```\w+ (\S+\.\w+)\n([^]*?)^```/gm)) {
      const source = readFileSync(join(ROOT, file), "utf8").split("\n").map(plain);
      let place = 0;
      for (const line of code.split("\n").map(plain).filter(Boolean)) {
        const found = source.indexOf(line, place);
        if (found < 0) wrong.push(`${lesson}: ${file} has no "${line}" there`);
        else place = found + 1;
      }
    }
  }
  expect(wrong).toEqual([]);
});

function plain(line: string): string {
  return line.trim().replace(/[,;]$/, "");
}

test("there are six courses, each at a place of its own: a long one first, and none too short", async () => {
  const courses = await Promise.all(slugs.map((slug) => readCourse(join(COURSES, slug))));
  const positions = courses.map(({ position }) => position);
  expect(new Set(positions).size).toBe(positions.length);
  const [first, ...others] = courses.toSorted((one, other) => one.position - other.position);
  expect(others.length).toBeGreaterThanOrEqual(5);
  expect(first?.lessons.length).toBeGreaterThanOrEqual(8);
  expect(others.filter(({ lessons }) => lessons.length < 4).map(({ slug }) => slug)).toEqual([]);
  // It is the course about this shop.
  expect(first?.lessons.filter(({ file }) => file === null).map(({ slug }) => slug)).toEqual([]);
});
