import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { publishCourse, unpublishCourse } from "#lib/courses/publish.ts";
import { findPublishedCourse } from "#lib/courses/queries.ts";
import type { Database } from "#lib/services/database.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import { makeFolder, writeCourseFolder } from "./course-folder.ts";
import { insertUser } from "./learner.ts";

const parent = makeFolder();
const now = new Date("2026-11-23T12:00:00Z");
const later = new Date("2026-11-24T12:00:00Z");
let shop: TestShop;
let database: Database;

beforeAll(async () => {
  shop = await openShop();
  ({ database } = shop.services);
});
afterAll(async () => {
  rmSync(parent, { recursive: true });
  await shop.stop();
});

async function updatedAt(slug: string): Promise<Date | undefined> {
  const [row] = await shop.sql<{ updated_at: Date }>(
    "SELECT updated_at FROM courses WHERE slug = $1",
    [slug],
  );
  return row?.updated_at;
}

test("a folder becomes a published course with its lessons", async () => {
  const folder = await writeCourseFolder(parent, "night", ["Lights", "Buoys"]);
  expect(await publishCourse(database, folder, { draft: false, now })).toEqual({
    slug: "night",
    outcome: "created",
    isPublished: true,
    lessonCount: 2,
    removedLessons: 0,
  });
  expect(await findPublishedCourse(database, "night")).toMatchObject({
    title: "Sailing by night",
    minutesTotal: 20,
    revisedOn: "2026-11-20",
    flags: [{ pattern: "cross", colours: ["blue", "white"] }],
    lessons: [
      { slug: "lights", position: 1, isPreview: true },
      { slug: "buoys", position: 2, isPreview: false },
    ],
  });
});

test("publishing the same folder again changes nothing", async () => {
  const folder = await writeCourseFolder(parent, "same", ["Lights"]);
  await publishCourse(database, folder, { draft: false, now });
  const again = await publishCourse(database, folder, { draft: false, now: later });
  expect(again).toMatchObject({ outcome: "unchanged", isPublished: true });
  expect(await updatedAt("same")).toEqual(now);
});

test("a change in one lesson updates the course, which keeps its ids", async () => {
  const folder = await writeCourseFolder(parent, "changing", ["Lights", "Buoys"]);
  await publishCourse(database, folder, { draft: false, now });
  const ids =
    "SELECT l.id FROM lessons l JOIN courses c ON c.id = course_id WHERE c.slug = 'changing'";
  const before = await shop.sql<{ id: string }>(`${ids} ORDER BY l.slug`);
  await writeCourseFolder(parent, "changing", ["Buoys", "Lights"]);
  const changed = await publishCourse(database, folder, { draft: false, now: later });
  expect(changed.outcome).toBe("updated");
  expect(await updatedAt("changing")).toEqual(later);
  expect(await shop.sql(`${ids} ORDER BY l.slug`)).toEqual(before);
  const course = await findPublishedCourse(database, "changing");
  expect(course?.lessons.map(({ slug }) => slug)).toEqual(["buoys", "lights"]);
});

test("a change of the price alone is published", async () => {
  const folder = await writeCourseFolder(parent, "priced", ["Lights"]);
  await publishCourse(database, folder, { draft: false, now });
  await writeCourseFolder(parent, "priced", ["Lights"], { price_amount: 5900 });
  const changed = await publishCourse(database, folder, { draft: false, now: later });
  expect(changed.outcome).toBe("updated");
  expect((await findPublishedCourse(database, "priced"))?.priceAmount).toBe(5900);
  const published = "SELECT published_at FROM courses WHERE slug = 'priced'";
  expect(await shop.sql(published)).toEqual([{ published_at: now }]);
});

test("a lesson that nobody has begun may be removed", async () => {
  const folder = await writeCourseFolder(parent, "shrinking", ["Lights", "Buoys"]);
  await publishCourse(database, folder, { draft: false, now });
  await writeCourseFolder(parent, "shrinking", ["Lights"]);
  const changed = await publishCourse(database, folder, { draft: false, now: later });
  expect(changed).toMatchObject({ outcome: "updated", removedLessons: 1, lessonCount: 1 });
  expect((await findPublishedCourse(database, "shrinking"))?.lessons).toHaveLength(1);
});

test("a lesson with a learner's progress can't be removed, and nothing else changes", async () => {
  const folder = await writeCourseFolder(parent, "begun", ["Lights", "Buoys"]);
  await publishCourse(database, folder, { draft: false, now });
  await shop.sql(
    `INSERT INTO lesson_progress (user_id, lesson_id)
     SELECT $1, l.id FROM lessons l JOIN courses c ON c.id = course_id
     WHERE c.slug = 'begun' AND l.slug = 'buoys'`,
    [await insertUser(shop, "begun@example.com")],
  );
  await writeCourseFolder(parent, "begun", ["Lights"], { title: "New title" });
  await expect(publishCourse(database, folder, { draft: false, now: later })).rejects.toMatchObject(
    {
      code: "conflict",
      message: expect.stringContaining("missing from the folder: buoys.") as string,
    },
  );
  const course = await findPublishedCourse(database, "begun");
  expect(course).toMatchObject({ title: "Sailing by night", lessons: [{}, { slug: "buoys" }] });
});

test("a draft stays out of the shop until it is published", async () => {
  const folder = await writeCourseFolder(parent, "hidden", ["Lights"]);
  const draft = await publishCourse(database, folder, { draft: true, now });
  expect(draft).toMatchObject({ outcome: "created", isPublished: false });
  expect(await findPublishedCourse(database, "hidden")).toBeNull();
  const published = await publishCourse(database, folder, { draft: false, now: later });
  expect(published).toMatchObject({ outcome: "updated", isPublished: true });
  expect(await findPublishedCourse(database, "hidden")).not.toBeNull();
});

test("a draft can't replace what is published", async () => {
  const folder = await writeCourseFolder(parent, "shown", ["Lights"]);
  await publishCourse(database, folder, { draft: false, now });
  await writeCourseFolder(parent, "shown", ["Lights"], { title: "New title" });
  await expect(publishCourse(database, folder, { draft: true, now: later })).rejects.toMatchObject({
    code: "conflict",
  });
  expect((await findPublishedCourse(database, "shown"))?.title).toBe("Sailing by night");
});

test("a course that is taken out of the shop comes back with the next publication", async () => {
  const folder = await writeCourseFolder(parent, "returning", ["Lights"]);
  await publishCourse(database, folder, { draft: false, now });
  expect(await unpublishCourse(database, "returning", later)).toBe(true);
  expect(await unpublishCourse(database, "returning", later)).toBe(false);
  expect(await findPublishedCourse(database, "returning")).toBeNull();
  await publishCourse(database, folder, { draft: false, now: later });
  expect(await findPublishedCourse(database, "returning")).not.toBeNull();
});
