import { rmSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { publishCourse, unpublishCourse } from "#lib/courses/publish.ts";
import { recordOpened, setLessonDone } from "#lib/learning/progress.ts";
import { listMyCourses } from "#lib/learning/queries.ts";
import type { Database } from "#lib/services/database.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import { makeFolder, writeCourseFolder } from "../courses/course-folder.ts";
import { grantCourse, insertUser } from "../courses/learner.ts";

const parent = makeFolder();
const lessonIds: Record<string, string> = {};
let shop: TestShop;
let database: Database;
let learner: string;
let people = 0;

beforeAll(async () => {
  shop = await openShop();
  ({ database } = shop.services);
  for (const [index, slug] of ["night", "storm"].entries()) {
    const folder = await writeCourseFolder(parent, slug, ["Lights", "Buoys", "Wrecks"], {
      title: slug,
      position: index + 1,
    });
    await publishCourse(database, folder, { draft: false, now: at(0) });
  }
  const rows = await shop.sql<{ name: string; id: string }>(
    "SELECT c.slug || '/' || l.slug AS name, l.id FROM lessons l JOIN courses c ON c.id = course_id",
  );
  for (const { name, id } of rows) lessonIds[name] = id;
});
beforeEach(async () => {
  learner = await insertUser(shop, `learner${people++}@example.com`);
});
afterAll(async () => {
  rmSync(parent, { recursive: true });
  await shop.stop();
});

function at(minute: number): Date {
  return new Date(Date.UTC(2026, 10, 23, 12, minute));
}

function lesson(name: string, minute: number) {
  return {
    userId: learner,
    lessonId: lessonIds[name] ?? "",
    livemode: false,
    now: at(minute),
  };
}

async function readCourse(slug: string) {
  const courses = await listMyCourses(database, learner, false);
  return courses.find((course) => course.slug === slug);
}

test("a course begins with its first lesson", async () => {
  await grantCourse(shop, learner, "night");
  expect(await readCourse("night")).toMatchObject({
    doneCount: 0,
    lessonCount: 3,
    isBegun: false,
    continueWith: { slug: "lights", title: "Lights", position: 1 },
  });
});

test("it continues with the unfinished lesson opened last", async () => {
  await grantCourse(shop, learner, "night");
  await recordOpened(database, lesson("night/lights", 1));
  await recordOpened(database, lesson("night/wrecks", 2));
  expect(await readCourse("night")).toMatchObject({
    doneCount: 0,
    continueWith: { slug: "wrecks" },
  });
  await recordOpened(database, lesson("night/lights", 3));
  expect(await readCourse("night")).toMatchObject({
    isBegun: true,
    continueWith: { slug: "lights" },
  });
});

test("it continues behind what is done, and with nothing when all is done", async () => {
  await grantCourse(shop, learner, "night");
  for (const [minute, name] of ["night/lights", "night/buoys"].entries())
    await setLessonDone(database, { ...lesson(name, minute), done: true });
  expect(await readCourse("night")).toMatchObject({
    doneCount: 2,
    continueWith: { slug: "wrecks" },
  });
  await setLessonDone(database, { ...lesson("night/wrecks", 5), done: true });
  expect(await readCourse("night")).toMatchObject({
    doneCount: 3,
    continueWith: null,
  });
});

test("who begins in the middle goes on from there, and comes back to the beginning at last", async () => {
  await grantCourse(shop, learner, "night");
  const next = async () => (await readCourse("night"))?.continueWith?.slug;
  await setLessonDone(database, { ...lesson("night/buoys", 1), done: true });
  expect(await next()).toBe("wrecks");
  const [course] = await listMyCourses(database, learner, false);
  expect(course?.continueWith?.slug).toBe("wrecks");
  await setLessonDone(database, { ...lesson("night/wrecks", 2), done: true });
  expect(await next()).toBe("lights");
});

test("a lesson can be marked as not done, and keeps when it was done first", async () => {
  await grantCourse(shop, learner, "night");
  const completedAt = async () => {
    const [row] = await shop.sql<{ completed_at: Date | null }>(
      "SELECT completed_at FROM lesson_progress WHERE user_id = $1",
      [learner],
    );
    return row?.completed_at;
  };
  await setLessonDone(database, { ...lesson("night/lights", 1), done: true });
  expect(await setLessonDone(database, { ...lesson("night/lights", 9), done: true })).toBe(true);
  expect(await completedAt()).toEqual(at(1));
  await recordOpened(database, lesson("night/lights", 10));
  expect(await completedAt()).toEqual(at(1));
  expect(await setLessonDone(database, { ...lesson("night/lights", 11), done: false })).toBe(true);
  expect(await completedAt()).toBeNull();
});

test("without the course nothing is written, not even for the preview lesson", async () => {
  await grantCourse(shop, learner, "storm");
  expect(await recordOpened(database, lesson("night/lights", 1))).toBe(false);
  expect(await setLessonDone(database, { ...lesson("night/lights", 1), done: true })).toBe(false);
  const rows = await shop.sql("SELECT FROM lesson_progress WHERE user_id = $1", [learner]);
  expect(rows).toHaveLength(0);
});

test("a course of test mode counts for nothing in live mode", async () => {
  await grantCourse(shop, learner, "night", false);
  const live = { ...lesson("night/lights", 1), livemode: true };
  expect(await setLessonDone(database, { ...live, done: true })).toBe(false);
  expect(await recordOpened(database, live)).toBe(false);
  expect(await listMyCourses(database, learner, true)).toEqual([]);
});

test("my courses come with their progress, the one learned in last first", async () => {
  await grantCourse(shop, learner, "night");
  await grantCourse(shop, learner, "storm");
  await shop.sql("UPDATE entitlements SET granted_at = $2 WHERE user_id = $1", [learner, at(0)]);
  await setLessonDone(database, { ...lesson("storm/lights", 1), done: true });
  const courses = await listMyCourses(database, learner, false);
  expect(courses).toMatchObject([
    { slug: "storm", doneCount: 1, lessonCount: 3, continueWith: { slug: "buoys" } },
    { slug: "night", doneCount: 0, lessonCount: 3, continueWith: { slug: "lights" } },
  ]);
  expect(courses[0]?.grantedAt).toEqual(at(0));
  await recordOpened(database, lesson("night/buoys", 2));
  const [first] = await listMyCourses(database, learner, false);
  expect(first).toMatchObject({ slug: "night", continueWith: { slug: "buoys" } });
});

test("a course of mine stays when it is taken out of the shop", async () => {
  const folder = await writeCourseFolder(parent, "retired", ["Lights"]);
  await publishCourse(database, folder, { draft: false, now: at(0) });
  await grantCourse(shop, learner, "retired");
  await unpublishCourse(database, "retired", at(1));
  expect(await listMyCourses(database, learner, false)).toMatchObject([{ slug: "retired" }]);
});

test("nobody else's courses are mine", async () => {
  await grantCourse(shop, await insertUser(shop, "other@example.com"), "night");
  expect(await listMyCourses(database, learner, false)).toEqual([]);
});
