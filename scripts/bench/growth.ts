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
import { findSample, grow, LIVEMODE, type Sample, type Size } from "./growth-data.ts";
import type { Line } from "./lines.ts";
import type { Bench } from "./stack.ts";

const SMALL: Size = { courses: 1_000, orders: 10_000 };
const LARGE: Size = { courses: 100_000, orders: 1_000_000 };
const REPEATS = 25;
const HIGHEST = { growth: 1.5, ms: 10 };
// Below this a growth is that of caches: a page takes ten times as long for other reasons.
const LEAST_MS = 0.5;
// Ranks 500 hits and no more, however many there are: what it may take is a number of milliseconds.
const RANKED = "search, a word of every course";

type Ask = (database: Database, sample: Sample) => Promise<unknown>;

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
  [RANKED, (database) => searchPublishedCourses(database, everything, "many")],
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

function describe({ courses, orders }: Size): string {
  return `${courses.toLocaleString("en")} courses and ${orders.toLocaleString("en")} orders`;
}

function linesOf(name: string, smallMs: number, largeMs: number): Line[] {
  const part = "growth" as const;
  const note = `${smallMs.toFixed(2)} and ${largeMs.toFixed(2)} ms`;
  const growth = Math.max(largeMs, LEAST_MS) / Math.max(smallMs, LEAST_MS);
  const budget = name === RANKED ? null : HIGHEST.growth;
  return [
    { part, name: `${name}: growth`, unit: "×", values: [growth], budget, note },
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
