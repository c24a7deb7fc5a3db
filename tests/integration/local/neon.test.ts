import { once } from "node:events";
import { neon, neonConfig, Pool, type NeonDbError } from "@neondatabase/serverless";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, expect, inject, onTestFinished, test } from "vitest";
import { createFaults, type Fault } from "#local/faults.ts";
import { serveRoutes } from "#local/http-server.ts";
import { createNeonBridge } from "#local/neon.ts";
import { choosePorts } from "#local/ports.ts";

const faults = createFaults();
const { port, owner, superuser } = inject("postgres");
const bridge = createNeonBridge({ host: "127.0.0.1", port, faults });
const url = new URL(owner);
let stopServing: () => Promise<void>;
let admin: Client;
let sql: ReturnType<typeof neon<false, false>>;

beforeAll(async () => {
  admin = new Client({ connectionString: superuser });
  await admin.connect();
  await admin.query("CREATE DATABASE test_neon OWNER slipway_owner");
  const ports = await choosePorts({ shop: 0, http: 0, stripe: 0, postgres: 0, smtp: 0 });
  stopServing = await serveRoutes([{ paths: ["/sql", "/v2"], service: bridge }], ports.http);
  const host = `localhost:${ports.http}`;
  neonConfig.fetchEndpoint = `http://${host}/sql`;
  neonConfig.wsProxy = () => `${host}/v2`;
  neonConfig.useSecureWebSocket = false;
  url.pathname = "/test_neon";
  sql = neon(url.href);
  await sql`CREATE TABLE boats (id integer PRIMARY KEY, name text NOT NULL, made_on date)`;
});

afterEach(() => faults.clear());

afterAll(async () => {
  await stopServing();
  await bridge.close();
  await admin.query("DROP DATABASE test_neon WITH (FORCE)");
  await admin.end();
});

async function failure(work: Promise<unknown>): Promise<NeonDbError> {
  return work.then(
    () => expect.unreachable("it should have failed"),
    (error: unknown) => error as NeonDbError,
  );
}

async function inPool<T>(
  use: (pool: Pool) => Promise<T>,
  options: { connectionTimeoutMillis?: number } = {},
): Promise<T> {
  const pool = new Pool({ connectionString: url.href, ...options });
  try {
    return await use(pool);
  } finally {
    await pool.end();
  }
}

/** Asks over a WebSocket of its own, which must be there within the time if one is given. */
async function askByWebSocket(connectionTimeoutMillis?: number): Promise<unknown> {
  const options = connectionTimeoutMillis === undefined ? {} : { connectionTimeoutMillis };
  return inPool(
    async (pool) => (await pool.query<{ one: number }>("SELECT 1 AS one")).rows,
    options,
  );
}

test("values come back with the types the driver gives in production", async () => {
  const [row] =
    await sql`SELECT 1::int AS whole, 9007199254740993::bigint AS large, 1.5::numeric AS exact,
    true AS yes, NULL AS nothing, '{"a":[1]}'::jsonb AS document, ARRAY['x','y'] AS list,
    'é€'::text AS text, timestamptz '2026-01-02 03:04:05Z' AS moment, '\\x00ff'::bytea AS bytes`;
  expect(row).toEqual({
    whole: 1,
    large: "9007199254740993",
    exact: "1.5",
    yes: true,
    nothing: null,
    document: { a: [1] },
    list: ["x", "y"],
    text: "é€",
    moment: new Date("2026-01-02T03:04:05Z"),
    bytes: Buffer.from([0, 255]),
  });
});

test("parameters keep their meaning, whatever is in them", async () => {
  const text = "'; DROP TABLE boats; --";
  const [row] = await sql`SELECT ${text}::text AS text, ${7}::int AS whole, ${false}::bool AS no,
    ${null}::text AS nothing, ${JSON.stringify({ a: 1 })}::jsonb AS document, ${[1, 2]}::int[] AS list`;
  expect(row).toEqual({
    text,
    whole: 7,
    no: false,
    nothing: null,
    document: { a: 1 },
    list: [1, 2],
  });
});

test("array mode and full results are told apart", async () => {
  expect(await sql.query("SELECT 1, 'a'", [], { arrayMode: true })).toEqual([[1, "a"]]);
  const full = await sql.query("SELECT 1 AS one", [], { fullResults: true });
  expect(full).toMatchObject({ command: "SELECT", rowCount: 1, rows: [{ one: 1 }] });
  expect(full.fields[0]).toMatchObject({ name: "one", dataTypeID: 23 });
});

test("an error carries its SQLSTATE, its constraint and its detail", async () => {
  await sql`INSERT INTO boats (id, name) VALUES (1, 'Aurora')`;
  const error = await failure(sql`INSERT INTO boats (id, name) VALUES (1, 'Borea')`);
  expect(error).toMatchObject({ code: "23505", constraint: "boats_pkey", table: "boats" });
  expect(error.detail).toContain("already exists");
  expect((await failure(sql`SELECT nonsense`)).code).toBe("42703");
});

test("one query can't hold two statements", async () => {
  const error = await failure(sql.query("SELECT 1; DROP TABLE boats"));
  expect(error.code).toBe("42601");
});

test("a batch is one transaction: all of it or nothing", async () => {
  const [a, b] = await sql.transaction([sql`SELECT 1 AS a`, sql`SELECT 2 AS b`]);
  expect([a, b]).toEqual([[{ a: 1 }], [{ b: 2 }]]);
  const insert = (id: number) => sql`INSERT INTO boats (id, name) VALUES (${id}, 'Cirrus')`;
  const error = await failure(sql.transaction([insert(10), insert(10)]));
  expect(error.code).toBe("23505");
  expect(await sql`SELECT FROM boats WHERE id = 10`).toHaveLength(0);
});

test("a batch may be read-only and choose its isolation", async () => {
  const level = sql`SELECT current_setting('transaction_isolation') AS level`;
  const [rows] = await sql.transaction([level], { isolationLevel: "Serializable", readOnly: true });
  expect(rows).toEqual([{ level: "serializable" }]);
  const write = sql`DELETE FROM boats`;
  expect((await failure(sql.transaction([write], { readOnly: true }))).code).toBe("25006");
});

test("nothing of one request is left for the next on the same connection", async () => {
  await sql`SET search_path = pg_catalog`;
  await sql`BEGIN`;
  const [row] = await sql`SELECT current_setting('search_path') AS path`;
  expect(row).toEqual({ path: '"$user", public' });
  await sql`INSERT INTO boats (id, name) VALUES (40, 'Fram')`;
  const other = await inPool((pool) => pool.query("SELECT name FROM boats WHERE id = 40"));
  expect(other.rows).toEqual([{ name: "Fram" }]);
});

test("a pool over WebSocket runs an interactive transaction", async () => {
  await inPool(async (pool) => {
    const client = await pool.connect();
    await client.query("BEGIN");
    await client.query("INSERT INTO boats (id, name) VALUES ($1, $2)", [20, "Dorado"]);
    await client.query("ROLLBACK");
    const { rows } = await client.query("SELECT count(*)::int AS n FROM boats WHERE id = 20");
    expect(rows).toEqual([{ n: 0 }]);
    client.release();
    await expect(pool.query("SELECT 1 / 0")).rejects.toMatchObject({ code: "22012" });
  });
});

test("a large result arrives whole over both protocols", async () => {
  const query = "SELECT repeat('x', 1000) AS text FROM generate_series(1, 20000)";
  expect(await sql.query(query)).toHaveLength(20_000);
  expect((await inPool((pool) => pool.query(query))).rows).toHaveLength(20_000);
});

test("a wrong password is PostgreSQL's refusal", async () => {
  const wrong = new URL(url);
  wrong.password = "wrong";
  expect((await failure(neon(wrong.href)`SELECT 1`)).code).toBe("28P01");
});

test.each<[Fault, string]>([
  ["full", "53100"],
  ["readonly", "25006"],
])("with the fault %s a write fails with %s and a read passes", async (fault, code) => {
  faults.set("database", fault);
  const insert = "INSERT INTO boats (id, name) VALUES (30, 'Eos')";
  expect((await failure(sql.query(insert))).code).toBe(code);
  expect(await sql`SELECT 1 AS one`).toEqual([{ one: 1 }]);
  await inPool(async (pool) => {
    expect((await failure(pool.query(insert))).code).toBe(code);
    expect((await pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
  });
});

test("with the fault credentials every login is refused", async () => {
  faults.set("database", "credentials");
  expect((await failure(sql`SELECT 1`)).code).toBe("28P01");
  expect((await failure(inPool((pool) => pool.query("SELECT 1")))).code).toBe("28P01");
});

test("with the fault refuse no connection is made, and all is well when it is cleared", async () => {
  faults.set("database", "refuse");
  expect((await failure(sql`SELECT 1`)).code).toBeUndefined();
  expect((await failure(askByWebSocket())).code).toBeUndefined();
  faults.set("database", null);
  expect(await sql`SELECT 1 AS one`).toEqual([{ one: 1 }]);
  expect(await askByWebSocket()).toEqual([{ one: 1 }]);
});

test("with the fault hang no WebSocket opens until it is gone, and those that wait are let go", async () => {
  faults.set("database", "hang");
  await failure(askByWebSocket(300));
  const waiting = failure(askByWebSocket());
  await failure(askByWebSocket(300));
  faults.set("database", null);
  await waiting;
  expect(await askByWebSocket()).toEqual([{ one: 1 }]);
});

test("with the fault slow a WebSocket opens late, or as soon as it is healthy again", async () => {
  faults.set("database", "slow");
  const waiting = askByWebSocket();
  await failure(askByWebSocket(300));
  faults.set("database", null);
  expect(await waiting).toEqual([{ one: 1 }]);
});

test("with the fault errors every second WebSocket is refused", async () => {
  faults.set("database", "errors");
  const isAnswered: boolean[] = [];
  for (let call = 0; call < 4; call++)
    isAnswered.push(await askByWebSocket().then(Array.isArray, () => false));
  expect(isAnswered.toSorted()).toEqual([false, false, true, true]);
  expect(isAnswered[0]).not.toBe(isAnswered[1]);
});

test("with the fault cut a WebSocket's first answer breaks off", async () => {
  const heardBytes: number[] = [];
  neonConfig.webSocketConstructor = class extends WebSocket {
    constructor(address: string) {
      super(address);
      this.addEventListener("message", ({ data }: MessageEvent<ArrayBuffer>) =>
        heardBytes.push(data.byteLength),
      );
    }
  };
  onTestFinished(() => void (neonConfig.webSocketConstructor = undefined));
  faults.set("database", "cut");
  await failure(askByWebSocket());
  const passwordRequestBytes = 9;
  expect(heardBytes).toEqual([Math.floor(passwordRequestBytes / 2)]);
});

test("an open WebSocket does not keep the server from stopping", { timeout: 10_000 }, async () => {
  const { http: port } = await choosePorts({ shop: 0, http: 0, stripe: 0, postgres: 0, smtp: 0 });
  const stop = await serveRoutes([{ paths: ["/v2"], service: bridge }], port);
  const open = new WebSocket(`ws://localhost:${port}/v2`);
  await once(open, "open");
  const closed = once(open, "close");
  await stop();
  await closed;
});

test("a statement is cancelled when its client goes away", async () => {
  const away = new AbortController();
  const sleeping = failure(
    sql.query("SELECT pg_sleep(60)", [], { fetchOptions: { signal: away.signal } }),
  );
  const countSleeping = async (): Promise<number> => {
    const { rows } = await admin.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM pg_stat_activity
       WHERE datname = 'test_neon' AND state = 'active' AND query LIKE '%pg_sleep(60)%'`,
    );
    return rows[0]?.n ?? 0;
  };
  await expect.poll(countSleeping).toBe(1);
  away.abort();
  await sleeping;
  await expect.poll(countSleeping).toBe(0);
});
