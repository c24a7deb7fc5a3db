import type { APIRequestContext } from "@playwright/test";
import { Client } from "pg";
import { ACTIONS, PAGES, type Access } from "../support/access-table.ts";
import { dumpRedis, dumpTables } from "../support/dump.ts";
import { ask, fill, makeCast, type Cast } from "../support/e2e-access.ts";
import { eventsOf } from "../support/e2e-log.ts";
import { shopServices, type Person } from "../support/e2e-shop.ts";
import { readVariable } from "../support/e2e-variables.ts";
import { expect, test } from "../support/e2e.ts";

// Runs by itself: all that database and Redis hold is compared.

const AT_ONCE = 4;
// Jobs and late events write here at any time: what is not of this test's people may change.
const MOVING = [
  ...["entitlements", "order_history", "order_items", "orders", "outbox", "payment_customers"],
  ...["reconciler_state", "refund_items", "refunds", "stripe_events"],
];
// When somebody was last seen, or something was last compared with Stripe or sent, is no change of it.
const NOTED = {
  lesson_progress: ["opened_at"],
  orders: ["version", "synced_at", "updated_at"],
  outbox: ["attempts", "next_attempt_at", "last_error", "sent_at", "failed_at"],
};

test("S52: whoever reads any page, or an action's address, changes nothing", async ({
  visitor,
}) => {
  const cast = await makeCast();
  const asOwner: Reading = { cast, role: "owner", method: "GET" };
  const pages = Object.entries(PAGES);
  // Once before: a lesson is opened, and what stands in for a name of Stripe's is put right.
  const noted = /^checkout\/return|\[lesson\]/;
  await readAll(
    visitor,
    pages.filter(([name]) => noted.test(name)),
    asOwner,
  );
  const before = await dumpAll(cast);
  expect(await readAll(visitor, pages, asOwner), "pages were shown").toBeGreaterThan(30);
  const forStaff = pages.filter(([name]) => name.startsWith("admin/"));
  expect(await readAll(visitor, forStaff, { ...asOwner, role: "admin" })).toBe(forStaff.length);
  await readAll(visitor, pages, { ...asOwner, method: "HEAD" });
  await readAll(visitor, Object.entries(ACTIONS), asOwner);
  const last = await visitor.get("/terms");
  await eventsOf(last.headers()["x-request-id"]);
  expect(await dumpAll(cast)).toEqual(before);
});

interface Reading {
  cast: Cast;
  role: keyof Cast["people"];
  method: "GET" | "HEAD";
}

/** Asks for all of a table, a few at once; gives how many were answered by 200. */
async function readAll(
  visitor: APIRequestContext,
  table: [name: string, Access][],
  { cast, role, method }: Reading,
): Promise<number> {
  let shown = 0;
  const rest = [...table];
  while (rest.length > 0)
    await Promise.all(
      rest.splice(0, AT_ONCE).map(async ([, access]) => {
        const { path, form, outcomes } = fill(access, cast.ids);
        // What a form would send, in the address.
        const query = form ? `?${new URLSearchParams(form).toString()}` : "";
        const asked = { path: path + query, method: method as "POST", outcomes };
        if ((await ask(visitor, asked, cast.people[role])).status() === 200) shown += 1;
      }),
    );
  return shown;
}

async function dumpAll({ people, ids }: Cast) {
  const client = new Client({ connectionString: readVariable("DATABASE_DIRECT_URL") });
  await client.connect();
  try {
    const query = async <Row extends object>(text: string) =>
      (await client.query<never>(text)).rows as Row[];
    const names = [...Object.values(ids), ...Object.values(people).flatMap(namesOf)];
    const isTheirs = (row: string) => names.some((name) => row.includes(name));
    const tables = await dumpTables(query, NOTED);
    for (const name of MOVING) tables[name] = (tables[name] ?? []).filter(isTheirs);
    // Counts of requests, and copies of the catalogue.
    const isAsked = (key: string) => !/^(limit|cache):/.test(key);
    return { tables, redis: await dumpRedis(shopServices().redis, isAsked) };
  } finally {
    await client.end();
  }
}

function namesOf(person: Person | null): string[] {
  return person ? [person.id, person.email] : [];
}
