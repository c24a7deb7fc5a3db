import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, expect, inject, test } from "vitest";
import { choosePorts } from "#local/ports.ts";
import { findPostgresHome, outsideFolder } from "#local/postgres-home.ts";
import { startPostgres } from "#local/postgres.ts";

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) {
    rmSync(outsideFolder(join(folder, "postgres")), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  }
});

function temporaryFolder(mode: number): string {
  const folder = mkdtempSync(join(tmpdir(), "slipway-postgres-"));
  chmodSync(folder, mode);
  folders.push(folder);
  return join(folder, "postgres");
}

async function freePort(): Promise<number> {
  return (await choosePorts({ shop: 0, http: 0, stripe: 0, postgres: 0, smtp: 0 })).postgres;
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client
    .query(text)
    .then((result) => result.rows as unknown[])
    .finally(() => client.end());
}

test("what was written is there after a stop and a start", async () => {
  const folder = temporaryFolder(0o711);
  const first = await startPostgres({ folder, port: await freePort() });
  await query(first.url, "CREATE TABLE kept AS SELECT 42 AS answer");
  await first.stop();
  await first.gone;
  const second = await startPostgres({ folder, port: await freePort() });
  expect(await query(second.url, "SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
  await second.stop();
});

test("it is PostgreSQL 18 with the extensions the shop may use", async () => {
  const { superuser } = inject("postgres");
  const rows = await query(
    superuser,
    `SELECT name FROM pg_available_extensions
     WHERE name IN ('pg_trgm', 'pg_stat_statements') ORDER BY name`,
  );
  expect(rows).toEqual([{ name: "pg_stat_statements" }, { name: "pg_trgm" }]);
  const [version] = await query(superuser, "SHOW server_version_num");
  expect(JSON.stringify(version)).toMatch(/"18\d+"/);
});

test("data of another major are refused with a way out", async () => {
  const folder = temporaryFolder(0o711);
  const server = await startPostgres({ folder, port: await freePort() });
  await server.stop();
  const { dataFolder } = await findPostgresHome(folder);
  writeFileSync(join(dataFolder, "PG_VERSION"), "12\n");
  await expect(startPostgres({ folder, port: await freePort() })).rejects.toThrow(/12 .*--reset/);
});

test.runIf(process.getuid?.() === 0)(
  "as root it runs under another account, with its data where that account can enter",
  async () => {
    const open = await findPostgresHome(temporaryFolder(0o711));
    const closed = temporaryFolder(0o700);
    const moved = await findPostgresHome(closed);
    expect(open.account?.uid).toBeGreaterThan(0);
    expect(open.dataFolder.startsWith(tmpdir())).toBe(true);
    expect(moved.dataFolder).toBe(join(outsideFolder(closed), "data"));
  },
);

test("the application's role changes rows and nothing else", async () => {
  const { app, owner } = inject("postgres");
  await query(owner, "CREATE TABLE role_check (id integer)");
  await query(app, "INSERT INTO role_check VALUES (1)");
  for (const statement of [
    "CREATE TABLE other (id integer)",
    "ALTER TABLE role_check ADD COLUMN x integer",
    "TRUNCATE role_check",
    "DROP TABLE role_check",
  ])
    await expect(query(app, statement)).rejects.toMatchObject({ code: "42501" });
  await query(owner, "DROP TABLE role_check");
});
