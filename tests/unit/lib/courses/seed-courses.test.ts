import { existsSync, readdirSync } from "node:fs";
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

test("no two courses have the same place in the catalogue", async () => {
  const courses = await Promise.all(slugs.map((slug) => readCourse(join(COURSES, slug))));
  const positions = courses.map(({ position }) => position);
  expect(new Set(positions).size).toBe(positions.length);
});
