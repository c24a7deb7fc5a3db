import { afterAll, beforeAll, expect, test } from "vitest";
import { findLesson } from "#lib/courses/find-lesson.ts";
import {
  listCheckoutCourses,
  findPublishedCourse,
  listPublishedCourses,
  listSitemapCourses,
  PAGE_SIZE,
  searchPublishedCourses,
} from "#lib/courses/queries.ts";
import { listMyCourses } from "#lib/learning/queries.ts";
import { listOrdersInDoubt } from "#lib/orders/reconcile-queries.ts";
import { searchOrders } from "#lib/orders/admin/search-queries.ts";
import type { Database } from "#lib/services/database.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import { grantCourse, insertUser } from "./learner.ts";

interface Plan {
  "Node Type": string;
  "Relation Name"?: string;
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Filter"?: number;
  Plans?: Plan[];
}

const COURSES = 20_000;
const everything = { topic: null, level: null };
let shop: TestShop;
let user: string;
let plan: Plan | undefined;
let explaining: Database;

beforeAll(async () => {
  shop = await openShop();
  await shop.sql(
    `INSERT INTO courses (slug, title, summary, topic, level, price_amount, currency, position,
       flags, outcomes, audience, not_for, questions, about_html, revised_on, revision_note,
       minutes_total, lesson_count, published_at)
     SELECT 'course-' || n, CASE n WHEN 777 THEN 'Semaphore' ELSE 'Volume ' || n END, 'One of many',
       (ARRAY['deployment', 'payments', 'data', 'operations', 'security'])[1 + n % 5],
       (ARRAY['beginner', 'intermediate', 'advanced'])[1 + n % 3],
       4900, 'eur', n, '[]', '[]', '[]', '[]', '[]', '', '2026-11-20', '', 30, 3, now()
     FROM generate_series(1, ${COURSES}) AS n`,
  );
  await shop.sql(
    `INSERT INTO lessons (course_id, slug, position, title, summary, minutes, is_preview, html)
     SELECT id, 'lesson-' || n, n, 'Lesson', 'One of three', 10, n = 1, 'text'
     FROM courses, generate_series(1, 3) AS n`,
  );
  user = await insertUser(shop, "learner@example.com");
  for (const number of [1, 500, 19_000]) await grantCourse(shop, user, `course-${number}`);
  await shop.sql(
    `WITH others AS (
       INSERT INTO users (email, name, password_hash)
       SELECT 'other' || n || '@example.com', 'Other', 'x' FROM generate_series(1, 1000) AS n
       RETURNING id
     )
     INSERT INTO lesson_progress (user_id, lesson_id)
     SELECT others.id, lesson.id FROM others, (SELECT id FROM lessons LIMIT 50) AS lesson`,
  );
  await shop.sql(
    `INSERT INTO orders (user_id, status, currency, subtotal_amount, total_amount, livemode,
       terms_accepted_at, expires_at, paid_at, synced_at)
     SELECT id, 'paid', 'eur', 4900, 4900, false, now(), now(), now(), now()
     FROM users, generate_series(1, 10)
     WHERE email LIKE 'other%'`,
  );
  await shop.sql(
    `INSERT INTO orders (user_id, status, currency, subtotal_amount, total_amount, livemode,
       terms_accepted_at, expires_at)
     VALUES ($1, 'pending', 'eur', 4900, 4900, false, now(), now())`,
    [user],
  );
  // Vacuum also brings the full-text index up to date, as it happens by itself in time.
  await shop.sql("VACUUM ANALYZE");
  explaining = { read: explain, write: explain };
});
afterAll(() => shop.stop());

const explain: Database["read"] = async <Rows extends object[]>(
  strings: TemplateStringsArray,
  ...values: unknown[]
) => {
  const text = strings.reduce((sql, part, index) => `${sql}$${index}${part}`);
  const [row] = await shop.sql<{ "QUERY PLAN": { Plan: Plan }[] }>(
    `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
    values,
  );
  plan = row?.["QUERY PLAN"][0]?.Plan;
  return [] as unknown as Rows;
};

function nodesOf(node: Plan | undefined): Plan[] {
  return node ? [node, ...(node.Plans ?? []).flatMap(nodesOf)] : [];
}

function rowsRead(): number {
  return nodesOf(plan)
    .filter((node) => node["Relation Name"])
    .map(
      (node) =>
        (node["Actual Rows"] + (node["Rows Removed by Filter"] ?? 0)) * node["Actual Loops"],
    )
    .reduce((sum, rows) => sum + rows, 0);
}

function scannedWhole(): (string | undefined)[] {
  return nodesOf(plan)
    .filter((node) => node["Node Type"] === "Seq Scan")
    .map((node) => node["Relation Name"])
    .filter((table) => ["courses", "lessons", "lesson_progress", "orders"].includes(table ?? ""));
}

const deep = { position: 15_000, id: "00000000-0000-0000-0000-000000000000" };
const tenSlugs = Array.from({ length: 10 }, (_, index) => `course-${index + 500}`);
const search = (text: string) => ({
  ...{ text, status: null, source: null, after: null },
  livemode: false,
});
const late = {
  livemode: false,
  now: new Date(),
  recent: new Date(),
  settled: new Date(),
  limit: 1,
};
const filtered = { topic: "data", level: "beginner" } as const;

test.each<[string, number, () => Promise<unknown>]>([
  ["the first page", 40, () => listPublishedCourses(explaining, everything, null)],
  ["a deep page", 40, () => listPublishedCourses(explaining, everything, deep)],
  ["a narrowed page", 20 * PAGE_SIZE, () => listPublishedCourses(explaining, filtered, null)],
  ["a deep narrowed page", 20 * PAGE_SIZE, () => listPublishedCourses(explaining, filtered, deep)],
  ["a rare word", 5, () => searchPublishedCourses(explaining, everything, "semaphore")],
  ["a course", 10, () => findPublishedCourse(explaining, "course-9000")],
  ["a checkout", 10, () => listCheckoutCourses(explaining, ["course-500"], user, false)],
  ["a cart", 40, () => listCheckoutCourses(explaining, tenSlugs, user, false)],
  ["a lesson", 20, () => findLesson(explaining, "course-500", "lesson-2", user, false)],
  ["my courses", 40, () => listMyCourses(explaining, user, false)],
  ["orders, for an admin", 150, () => searchOrders(explaining, search(""))],
  ["orders of an address", 100, () => searchOrders(explaining, search("other7@example.com"))],
  ["orders of a course", 100, () => searchOrders(explaining, search("course-500"))],
  ["orders in doubt", 10, () => listOrdersInDoubt(explaining, late)],
  ["a page of the sitemap", 4_000, () => listSitemapCourses(explaining, deep)],
])("%s reads at most %i rows among 20,000 courses and no table whole", async (_, most, query) => {
  await query();
  expect(scannedWhole()).toEqual([]);
  expect(rowsRead()).toBeGreaterThan(0);
  expect(rowsRead()).toBeLessThanOrEqual(most);
});

test("a word of every course is ranked over 500 hits at most", async () => {
  await searchPublishedCourses(explaining, everything, "many");
  const sorted = nodesOf(plan).find((node) => node["Node Type"] === "Sort");
  expect(sorted?.Plans?.[0]?.["Actual Rows"]).toBe(500);
});
