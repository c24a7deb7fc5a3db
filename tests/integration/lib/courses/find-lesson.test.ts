import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findLesson } from "#lib/courses/find-lesson.ts";
import { publishCourse, unpublishCourse } from "#lib/courses/publish.ts";
import { listCheckoutCourses } from "#lib/courses/queries.ts";
import { setLessonDone } from "#lib/learning/progress.ts";
import type { Database } from "#lib/services/database.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import { lessonText, makeFolder, writeCourseFolder } from "./course-folder.ts";
import { grantCourse, insertUser } from "./learner.ts";

const parent = makeFolder();
const now = new Date("2026-11-23T12:00:00Z");
let shop: TestShop;
let database: Database;
let owner: string;
let stranger: string;

beforeAll(async () => {
  shop = await openShop();
  ({ database } = shop.services);
  const folder = await writeCourseFolder(parent, "night", ["Lights", "Buoys", "Wrecks"]);
  await publishCourse(database, folder, { draft: false, now });
  owner = await insertUser(shop, "owner@example.com");
  stranger = await insertUser(shop, "stranger@example.com");
  await grantCourse(shop, owner, "night");
});
afterAll(async () => {
  rmSync(parent, { recursive: true });
  await shop.stop();
});

test("the preview lesson is open to everybody", async () => {
  for (const userId of [null, stranger])
    expect(await findLesson(database, "night", "lights", userId, false)).toMatchObject({
      access: "preview",
      html: expect.stringContaining(lessonText("Lights")) as string,
      previous: null,
      next: { slug: "buoys", title: "Buoys" },
      course: { slug: "night", title: "Sailing by night", priceAmount: 4900, lessonCount: 3 },
    });
});

test("without access a lesson gives its outline and no word of its text", async () => {
  for (const userId of [null, stranger]) {
    const lesson = await findLesson(database, "night", "buoys", userId, false);
    expect(lesson).toMatchObject({ access: "none", html: null, title: "Buoys" });
    expect(lesson?.outline).toHaveLength(3);
    for (const title of ["Lights", "Buoys", "Wrecks"])
      expect(JSON.stringify(lesson)).not.toContain(lessonText(title));
  }
});

test("the owner reads every lesson and sees what is done", async () => {
  const lights = await findLesson(database, "night", "lights", owner, false);
  await setLessonDone(database, {
    userId: owner,
    lessonId: lights?.id ?? "",
    done: true,
    livemode: false,
    now,
  });
  const lesson = await findLesson(database, "night", "buoys", owner, false);
  expect(lesson).toMatchObject({
    access: "owned",
    html: expect.stringContaining(lessonText("Buoys")) as string,
    isDone: false,
    previous: { slug: "lights", title: "Lights" },
    next: { slug: "wrecks", title: "Wrecks" },
    sourceFile: "src/lib/errors.ts",
  });
  expect(lesson?.outline.map(({ slug, isDone }) => [slug, isDone])).toEqual([
    ["lights", true],
    ["buoys", false],
    ["wrecks", false],
  ]);
  const last = await findLesson(database, "night", "wrecks", owner, false);
  expect(last).toMatchObject({ access: "owned", next: null });
});

test("another learner sees none of the owner's marks", async () => {
  const lesson = await findLesson(database, "night", "lights", stranger, false);
  expect(lesson?.isDone).toBe(false);
  expect(lesson?.outline.some(({ isDone }) => isDone)).toBe(false);
});

test("what was bought in test mode opens nothing in live mode", async () => {
  const lesson = await findLesson(database, "night", "buoys", owner, true);
  expect(lesson).toMatchObject({ access: "none", html: null });
  expect(await listCheckoutCourses(database, ["night"], owner, true)).toMatchObject([
    { isOwned: false },
  ]);
});

test("the checkout knows what the visitor owns", async () => {
  const owned = await listCheckoutCourses(database, ["night"], owner, false);
  expect(owned).toMatchObject([
    { slug: "night", priceAmount: 4900, currency: "eur", isOwned: true },
  ]);
  for (const userId of [null, stranger])
    expect(await listCheckoutCourses(database, ["night"], userId, false)).toMatchObject([
      { isOwned: false },
    ]);
});

test("a cart keeps its order, and leaves out what is not for sale", async () => {
  const folder = await writeCourseFolder(parent, "dawn", ["Lights", "Buoys"]);
  await publishCourse(database, folder, { draft: false, now });
  const slugs = ["night", "nowhere", "dawn"];
  const cart = await listCheckoutCourses(database, slugs, owner, false);
  expect(cart).toMatchObject([
    { slug: "night", isOwned: true },
    { slug: "dawn", isOwned: false },
  ]);
  const reversed = await listCheckoutCourses(database, slugs.toReversed(), owner, false);
  expect(reversed.map(({ slug }) => slug)).toEqual(["dawn", "night"]);
});

test.each([
  ["night", "nowhere"],
  ["nowhere", "lights"],
  ["night", "lights\u0000"],
  ["night\uD800", "lights"],
  ["night", "a".repeat(5000)],
])("there is no lesson at an address like %j %j", async (course, lesson) => {
  expect(await findLesson(database, course, lesson, owner, false)).toBeNull();
});

test("a course out of the shop is there for its owner only, preview included", async () => {
  const folder = await writeCourseFolder(parent, "retired", ["Lights", "Buoys"]);
  await publishCourse(database, folder, { draft: false, now });
  await grantCourse(shop, owner, "retired");
  await unpublishCourse(database, "retired", now);
  const lesson = await findLesson(database, "retired", "buoys", owner, false);
  expect(lesson?.access).toBe("owned");
  for (const userId of [null, stranger])
    expect(await findLesson(database, "retired", "lights", userId, false)).toBeNull();
  expect(await listCheckoutCourses(database, ["retired"], stranger, false)).toEqual([]);
});
