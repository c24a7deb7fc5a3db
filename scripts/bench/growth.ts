import { Client } from "pg";
import {
  findPublishedCourse,
  listPublishedCourses,
  searchPublishedCourses,
} from "#lib/courses/queries.ts";
import { findLesson } from "#lib/courses/find-lesson.ts";
import { listMyCourses } from "#lib/learning/queries.ts";
import { searchOrders, type OrderSearch } from "#lib/orders/admin/search-queries.ts";
import { findOrderForUser, listOrders } from "#lib/orders/queries.ts";
import { listOrdersInDoubt } from "#lib/orders/reconcile-queries.ts";
import type { Database } from "#lib/services/database.ts";
import { step } from "../steps.mjs";
import type { Line } from "./lines.ts";
import type { Bench } from "./stack.ts";

const SMALL = { courses: 1_000, orders: 10_000 };
const LARGE = { courses: 100_000, orders: 1_000_000 };
const ORDERS_EACH = 10;
const REPEATS = 25;
const HIGHEST = { growth: 1.5, ms: 10 };
// Below this a growth says nothing: it is the clock's.
const LEAST_MS = 0.1;

/** Whom and what the pages are asked for; there at both sizes. */
interface Sample {
  userId: string;
  orderId: string;
}

type Ask = (database: Database, sample: Sample) => Promise<unknown>;

const LIVEMODE = false;
const everything = { topic: null, level: null };
const deep = { position: 900, id: "00000000-0000-0000-0000-000000000000" };
const orders: OrderSearch = {
  text: "",
  status: null,
  source: null,
  livemode: LIVEMODE,
  after: null,
};

/** The statement of each page that asks for something that grows. */
const PAGES: [string, Ask][] = [
  ["catalogue", (database) => listPublishedCourses(database, everything, null)],
  ["catalogue, a deep page", (database) => listPublishedCourses(database, everything, deep)],
  [
    "search, a word of every course",
    (database) => searchPublishedCourses(database, everything, "many"),
  ],
  ["course", (database) => findPublishedCourse(database, "volume-500")],
  [
    "lesson",
    (database, { userId }) => findLesson(database, "volume-70", "lesson-2", userId, LIVEMODE),
  ],
  ["my courses", (database, { userId }) => listMyCourses(database, userId, LIVEMODE)],
  ["my orders", (database, { userId }) => listOrders(database, userId)],
  ["an order", (database, { userId, orderId }) => findOrderForUser(database, orderId, userId)],
  ["admin: orders", (database) => searchOrders(database, orders)],
  [
    "admin: orders of an address",
    (database) => searchOrders(database, { ...orders, text: "grown7@example.com" }),
  ],
  [
    "admin: orders of a course",
    (database) => searchOrders(database, { ...orders, text: "volume-70" }),
  ],
  [
    "reconciler: orders in doubt",
    (database) => {
      const now = new Date();
      return listOrdersInDoubt(database, {
        livemode: LIVEMODE,
        now,
        recent: now,
        settled: now,
        limit: 50,
      });
    },
  ],
];

/**
 * The time that the database spends on each page's statement, and how much it grows when there are a hundred times as many courses,
 * people and orders. Fills the bench's own database: nothing else is measured after it.
 */
export async function measureGrowth({ variables }: Bench): Promise<Line[]> {
  const client = new Client({ connectionString: variables.DATABASE_DIRECT_URL });
  await client.connect();
  try {
    await step(describe(SMALL), () => grow(client, { courses: 0, orders: 0 }, SMALL));
    const sample = await findSample(client);
    const small = await timeAll(client, sample);
    await step(describe(LARGE), () => grow(client, SMALL, LARGE));
    const large = await timeAll(client, sample);
    return PAGES.flatMap(([name], index) => linesOf(name, small[index] ?? 0, large[index] ?? 0));
  } finally {
    await client.end();
  }
}

function describe({ courses, orders }: typeof SMALL): string {
  return `${courses.toLocaleString("en")} courses and ${orders.toLocaleString("en")} orders`;
}

function linesOf(name: string, smallMs: number, largeMs: number): Line[] {
  const part = "growth" as const;
  const note = `${smallMs.toFixed(2)} and ${largeMs.toFixed(2)} ms`;
  const growth = Math.max(largeMs, LEAST_MS) / Math.max(smallMs, LEAST_MS);
  return [
    { part, name: `${name}: growth`, unit: "×", values: [growth], budget: HIGHEST.growth, note },
    { part, name: `${name}: database`, unit: "ms", values: [largeMs], budget: HIGHEST.ms },
  ];
}

async function timeAll(client: Client, sample: Sample): Promise<number[]> {
  const times: number[] = [];
  for (const [, ask] of PAGES) {
    let least = Infinity;
    const time: Database["read"] = async <Rows extends object[]>(
      strings: TemplateStringsArray,
      ...values: unknown[]
    ) => {
      const text = strings.reduce((sql, part, index) => `${sql}$${index}${part}`);
      const { rows } = await client.query<{ "QUERY PLAN": [{ "Execution Time": number }] }>(
        `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${text}`,
        values,
      );
      least = Math.min(least, rows[0]?.["QUERY PLAN"][0]["Execution Time"] ?? Infinity);
      return [] as unknown as Rows;
    };
    // The least of them: whatever else the machine does can only add to it.
    for (let repeat = 0; repeat < REPEATS; repeat++) await ask({ read: time, write: time }, sample);
    times.push(least);
  }
  return times;
}

async function findSample(client: Client): Promise<Sample> {
  const { rows } = await client.query<Sample>(
    `SELECT users.id AS "userId", orders.id AS "orderId"
     FROM users JOIN orders ON orders.user_id = users.id
     WHERE users.email = 'grown7@example.com'
     LIMIT 1`,
  );
  if (!rows[0]) throw new Error("The sample was not made.");
  return rows[0];
}

/** Adds courses with three lessons each, and people with ten paid orders each, from one size to another. */
async function grow(client: Client, from: typeof SMALL, to: typeof SMALL): Promise<void> {
  await client.query(
    `INSERT INTO courses (slug, title, summary, topic, level, price_amount, currency, position,
       flags, outcomes, audience, not_for, questions, about_html, revised_on, revision_note,
       minutes_total, lesson_count, published_at)
     SELECT 'volume-' || n, 'Volume ' || n, 'One of many',
       (ARRAY['deployment', 'payments', 'data', 'operations', 'security'])[1 + n % 5],
       (ARRAY['beginner', 'intermediate', 'advanced'])[1 + n % 3],
       4900, 'eur', n, '[]', '[]', '[]', '[]', '[]', '', '2026-11-20', '', 30, 3, now()
     FROM generate_series($1::integer + 1, $2::integer) AS n`,
    [from.courses, to.courses],
  );
  await client.query(
    `INSERT INTO lessons (course_id, slug, position, title, summary, minutes, is_preview, html)
     SELECT id, 'lesson-' || n, n, 'Lesson', 'One of three', 10, n = 1, 'text'
     FROM courses, generate_series(1, 3) AS n
     WHERE courses.slug LIKE 'volume-%' AND courses.position > $1::integer`,
    [from.courses],
  );
  await client.query(
    `INSERT INTO users (email, name, password_hash)
     SELECT 'grown' || n || '@example.com', 'Grown', 'none'
     FROM generate_series($1::integer + 1, $2::integer) AS n`,
    [from.orders / ORDERS_EACH, to.orders / ORDERS_EACH],
  );
  await client.query(GROW_ORDERS, [
    from.orders / ORDERS_EACH,
    ORDERS_EACH,
    from.courses,
    to.courses - from.courses,
    LIVEMODE,
  ]);
  await client.query("VACUUM ANALYZE");
}

// Each person buys the next ten of the new courses, round and round.
const GROW_ORDERS = `
  WITH pairs AS (
    SELECT users.id AS user_id, courses.id AS course_id, courses.title
    FROM users
    CROSS JOIN LATERAL (SELECT substring(users.email FROM 'grown([0-9]+)@')::integer AS n) AS person
    CROSS JOIN generate_series(1, $2::integer) AS turn
    JOIN courses ON courses.slug = 'volume-' ||
      ($3::integer + 1 + ((person.n - 1) * $2::integer + turn - 1) % $4::integer)
    WHERE users.email LIKE 'grown%' AND person.n > $1::integer
  ), numbered AS (
    SELECT gen_random_uuid() AS order_id, gen_random_uuid() AS item_id, pairs.* FROM pairs
  ), ordered AS (
    INSERT INTO orders (id, user_id, status, currency, subtotal_amount, total_amount, livemode,
      terms_accepted_at, expires_at, paid_at, synced_at)
    SELECT order_id, user_id, 'paid', 'eur', 4900, 4900, $5::boolean, now(), now(), now(), now()
    FROM numbered
  ), itemised AS (
    INSERT INTO order_items (id, order_id, user_id, course_id, title, price_amount, paid_amount,
      state, livemode)
    SELECT item_id, order_id, user_id, course_id, title, 4900, 4900, 'owned', $5::boolean
    FROM numbered
  )
  INSERT INTO entitlements (user_id, course_id, livemode, order_item_id)
  SELECT user_id, course_id, $5::boolean, item_id
  FROM numbered`;
