import { rmSync } from "node:fs";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { findCourse, forgetCatalogue, listCourses } from "#lib/courses/catalogue.ts";
import { publishCourse, unpublishCourse } from "#lib/courses/publish.ts";
import { DependencyError } from "#lib/errors.ts";
import { forgetEverything } from "#lib/services/cache.ts";
import type { Database } from "#lib/services/database.ts";
import type { Services } from "#lib/services/index.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import { makeFolder, writeCourseFolder } from "./course-folder.ts";

const parent = makeFolder();
const now = new Date("2026-11-23T12:00:00Z");
let shop: TestShop;
let services: Pick<Services, "database" | "redis">;
let queries = 0;
let asked: unknown[] = [];

beforeAll(async () => {
  shop = await openShop();
  services = { redis: shop.services.redis, database: counting(shop.services.database) };
  await publish("harbour", {
    title: "Harbour lights",
    topic: "data",
    level: "advanced",
    position: 2,
  });
  await publish("anchors", { title: "Anchors", summary: "Hold fast near a light." });
  for (let number = 1; number <= 30; number++)
    await publish(`bulk-${number}`, {
      title: `Volume ${number}`,
      summary: "One of many.",
      topic: number <= 24 ? "security" : "payments",
      position: 100 + Math.floor(number / 4),
    });
});
afterEach(async () => {
  shop.faults.clear();
  forgetEverything();
  await services.redis.run((client) => client.flushdb());
  queries = 0;
});
afterAll(async () => {
  rmSync(parent, { recursive: true });
  await shop.stop();
});

async function publish(slug: string, changes: object): Promise<void> {
  const folder = await writeCourseFolder(parent, slug, ["Lights"], changes);
  await publishCourse(shop.services.database, folder, { draft: false, now });
}

function counting(database: Database): Database {
  return {
    write: database.write.bind(database),
    read: (strings, ...values) => {
      queries++;
      asked = values;
      return database.read(strings, ...values);
    },
  };
}

test("pages follow each other without gap or repetition, at most 24 cards each", async () => {
  const seen: string[] = [];
  const sizes: number[] = [];
  let after: string | null = null;
  do {
    const page = await listCourses(services, { after });
    seen.push(...page.courses.map(({ slug }) => slug));
    sizes.push(page.courses.length);
    after = page.next;
  } while (after !== null);
  expect(sizes).toEqual([24, 8]);
  expect(new Set(seen).size).toBe(32);
  expect(seen.slice(0, 2).sort()).toEqual(["anchors", "harbour"]);
});

test("a full last page has no next one", async () => {
  const { courses, next } = await listCourses(services, { topic: "security" });
  expect(courses).toHaveLength(24);
  expect(next).toBeNull();
});

test("topic and level narrow the list", async () => {
  const slugs = async (request: Parameters<typeof listCourses>[1]) =>
    (await listCourses(services, request)).courses.map(({ slug }) => slug);
  expect(await slugs({ topic: "deployment" })).toEqual(["anchors"]);
  expect(await slugs({ level: "advanced" })).toEqual(["harbour"]);
  expect(await slugs({ topic: "deployment", level: "advanced" })).toEqual([]);
});

test("a search finds word forms, titles before summaries, within the filters", async () => {
  const slugs = async (query: string, topic?: "data") =>
    (await listCourses(services, { query, ...(topic && { topic }) })).courses.map(
      ({ slug }) => slug,
    );
  const light = await slugs("light");
  expect(light.slice(0, 2)).toEqual(["harbour", "anchors"]);
  expect(light, "and then those with such a lesson").toHaveLength(24);
  expect(await slugs("ANCHOR")).toEqual(["anchors"]);
  expect(await slugs("fast -anchors")).toEqual([]);
  expect(await slugs('"hold fast"')).toEqual(["anchors"]);
  expect(await slugs("anchors", "data")).toEqual([]);
  expect(await slugs("volume")).toHaveLength(24);
});

test.each([
  "\u0000",
  "a\u0000b",
  "\uD800",
  "a".repeat(100_000),
  "& | !",
  "'; --",
  "((",
  '"',
  "the",
])("a search for %j does no harm", async (query) => {
  expect((await listCourses(services, { query })).isStale).toBe(false);
  // JSON can't carry half a character everywhere, and a short text is enough to search by.
  for (const value of asked.filter((value) => typeof value === "string"))
    expect([value.isWellFormed(), value.length <= 100]).toEqual([true, true]);
});

test.each(["", "x", "1.x", "99999999999.00000000-0000-0000-0000-000000000000", "1.'; --"])(
  "there is no page of the catalogue behind %j",
  async (after) => {
    await expect(listCourses(services, { after })).rejects.toMatchObject({ code: "invalid" });
  },
);

test("a page and a course are read from the database once", async () => {
  const page = await listCourses(services);
  const found = await findCourse(services, "harbour");
  expect(queries).toBe(2);
  forgetEverything();
  const again = await listCourses(services);
  expect(again.courses.map(({ slug }) => slug)).toEqual(page.courses.map(({ slug }) => slug));
  expect(await findCourse(services, "harbour")).toEqual(found);
  expect(found?.course).toMatchObject({ title: "Harbour lights", lessons: [{ slug: "lights" }] });
  expect(queries).toBe(2);
});

test("an unknown course is null, and an impossible address asks nobody", async () => {
  expect(await findCourse(services, "nowhere")).toBeNull();
  expect(queries).toBe(1);
  for (const slug of ["../etc", "A", "a\u0000", "\uD800", "a".repeat(5000)])
    expect(await findCourse(services, slug)).toBeNull();
  expect(queries).toBe(1);
});

test("a change is seen at once when the catalogue is told to forget", async () => {
  await publish("changing", { title: "Old title", topic: "operations" });
  expect((await findCourse(services, "changing"))?.course.title).toBe("Old title");
  await listCourses(services, { topic: "operations" });
  await publish("changing", { title: "New title", topic: "operations" });
  expect((await findCourse(services, "changing"))?.course.title).toBe("Old title");
  await forgetCatalogue(services, "changing");
  expect((await findCourse(services, "changing"))?.course.title).toBe("New title");
  const { courses } = await listCourses(services, { topic: "operations" });
  expect(courses.map(({ title }) => title)).toEqual(["New title"]);
  await unpublishCourse(shop.services.database, "changing", now);
  await forgetCatalogue(services, "changing");
  expect(await findCourse(services, "changing")).toBeNull();
});

test("without Redis the catalogue comes from the database", async () => {
  shop.faults.set("redis", "refuse");
  expect((await listCourses(services)).courses).toHaveLength(24);
  expect((await findCourse(services, "harbour"))?.isStale).toBe(false);
});

test("without the database a list that has no copy is taken from that of the whole catalogue", async () => {
  const refuse = () => Promise.reject(new DependencyError("database", new Error("silent")));
  const silent = { redis: services.redis, database: { read: refuse, write: refuse } };
  const slugs = async (request: Parameters<typeof listCourses>[1]) => {
    const { courses, next, isStale } = await listCourses(silent, request);
    expect([next, isStale]).toEqual([null, true]);
    return courses.map(({ slug }) => slug);
  };
  await expect(slugs({ topic: "data" }), "no copy at all").rejects.toThrow(DependencyError);
  const { courses } = await listCourses(services);
  await expect(slugs({ topic: "data" }), "one page of two").rejects.toThrow(DependencyError);
  forgetEverything();
  await services.redis.run((client) =>
    client.set("cache:v1:courses:all:all", { courses, next: null }, { keepTtl: true }),
  );
  expect(await slugs({ topic: "data" })).toEqual(["harbour"]);
  expect(await slugs({ level: "advanced" })).toEqual(["harbour"]);
  expect(await slugs({ topic: "deployment", level: "advanced" })).toEqual([]);
  expect(await slugs({ topic: "deployment", level: "beginner" })).toEqual(["anchors"]);
});

test("without the database the last copies are shown as stale", async () => {
  await listCourses(services);
  await findCourse(services, "harbour");
  forgetEverything();
  const markers = ["courses:all:all", "course:harbour"].map((key) => `cache:v1:${key}:state`);
  await services.redis.run((client) => client.del(...markers));
  shop.faults.set("database", "refuse");
  const page = await listCourses(services);
  expect(page).toMatchObject({ isStale: true });
  expect(page.courses).toHaveLength(24);
  expect(await findCourse(services, "harbour")).toMatchObject({
    isStale: true,
    course: { title: "Harbour lights" },
  });
  await expect(findCourse(services, "anchors")).rejects.toMatchObject({ code: "unavailable" });
});
