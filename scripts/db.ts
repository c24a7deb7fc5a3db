import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { Client } from "pg";
import { openDatabase, type Database } from "#lib/services/database.ts";
import { findRunningStack } from "#local/running.ts";
import { runDbmate } from "./dbmate.ts";
import { hashInputs } from "./inputs.mjs";

const HELP = `npm run db:COMMAND [-- options]

  migrate    brings the schema up to date; [--dump] writes database/schema.sql (needs pg_dump)
  rollback   takes the last migration back (--yes outside this machine)
  status     lists the migrations and whether they were applied
  seed       publishes the courses, and makes the demo accounts where DEMO_PASSWORD is set;
             with --stamp FILE, leaves the courses when nothing changed since FILE was written
  reset      removes every table and what is in them, then migrates (--yes)

The database is DATABASE_DIRECT_URL (the owner's address, not a pooled one) and for seed
DATABASE_URL; without them, the one of the running \`npm start\`.`;

// What the courses in the database are made of.
const COURSE_INPUTS = ["database/seed/courses", "src/lib/courses", "package-lock.json"];
// Any number, but the same for every runner: two deployments never migrate at the same time.
const MIGRATION_LOCK = 7_219_401;
const LOCK_TIMEOUT = "60s";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    yes: { type: "boolean", default: false },
    dump: { type: "boolean", default: false },
    stamp: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
const stack = process.env.DATABASE_DIRECT_URL ? null : findRunningStack();
const variables = { ...stack?.variables, ...process.env };
const COMMANDS: Record<string, () => Promise<void>> = { migrate, rollback, status, seed, reset };

const command = COMMANDS[positionals[0] ?? ""];
if (values.help || !command) {
  process.stdout.write(`${HELP}\n`);
  process.exitCode = values.help ? 0 : 1;
} else {
  await command().catch((error: unknown) => {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  });
}

async function migrate(): Promise<void> {
  await withLock(async (client) => {
    await runDbmate(["migrate"], directUrl());
    await protectHistory(client);
  });
  if (values.dump) await runDbmate(["dump"], directUrl());
}

async function rollback(): Promise<void> {
  confirm("take the last migration back", isLocal());
  await withLock(() => runDbmate(["rollback"], directUrl()));
}

async function status(): Promise<void> {
  await runDbmate(["status"], directUrl());
}

async function seed(): Promise<void> {
  // Only here: what it needs would slow every other command down.
  const { seed: seedShop } = await import("../database/seed/seed.ts");
  const database = openDatabase({
    url: required("DATABASE_URL"),
    bridgeUrl: variables.NEON_BRIDGE_URL,
  });
  const demoPassword = process.env.DEMO_PASSWORD ?? stack?.demoPassword ?? null;
  const { stamp } = values;
  if (stamp === undefined) return seedShop(database, { demoPassword });
  const hash = await hashCourses(database);
  const hasCourses = existsSync(stamp) && readFileSync(stamp, "utf8") === hash;
  await seedShop(database, { demoPassword, hasCourses });
  writeFileSync(stamp, hash);
}

// With the table's own number: one that was dropped and made again has another, and no courses.
async function hashCourses(database: Database): Promise<string> {
  const rows = await database.read<{ table: string }[]>`SELECT 'courses'::regclass::oid AS table`;
  return hashInputs(COURSE_INPUTS, { table: String(rows[0]?.table) });
}

async function reset(): Promise<void> {
  confirm("remove every table and what is in them", false);
  await withLock(async (client) => {
    const file = new URL("../database/drop-everything.sql", import.meta.url);
    await client.query(await readFile(file, "utf8"));
    await runDbmate(["migrate"], directUrl());
    await protectHistory(client);
  });
}

// The shop reads which migrations ran; only the owner writes it.
async function protectHistory(client: Client): Promise<void> {
  const { rowCount } = await client.query("SELECT FROM pg_roles WHERE rolname = 'slipway_app'");
  if (rowCount === 1)
    await client.query("REVOKE INSERT, UPDATE, DELETE ON schema_migrations FROM slipway_app");
}

// dbmate itself does not keep two runners apart.
async function withLock(work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: directUrl(), connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query(`SET lock_timeout = '${LOCK_TIMEOUT}'`);
    await client.query("SELECT pg_advisory_lock($1)", [MIGRATION_LOCK]);
    await work(client);
  } finally {
    await client.end();
  }
}

function confirm(what: string, isHarmless: boolean): void {
  const { host, pathname } = new URL(directUrl());
  const target = `${host}${pathname}`;
  if (isHarmless || values.yes) process.stdout.write(`Database: ${target}\n`);
  else throw new Error(`This would ${what} in ${target}: repeat it with --yes if you mean that.`);
}

function isLocal(): boolean {
  return ["localhost", "127.0.0.1", "[::1]"].includes(new URL(directUrl()).hostname);
}

function directUrl(): string {
  return required("DATABASE_DIRECT_URL");
}

function required(name: string): string {
  const value = variables[name];
  if (!value) throw new Error(`${name} is not set, and no \`npm start\` runs in this folder.`);
  return value;
}
