import { readFile } from "node:fs/promises";
import { Client, escapeLiteral } from "pg";
import type { Secrets } from "./secrets.ts";

const ROLES = new URL("../database/roles.sql", import.meta.url);
const NAME = "slipway";

/** Addresses of the shop's database, each for one role. */
export interface DatabaseUrls {
  /** The shop: rows only. */
  app: string;
  /** Migrations and scripts: owns the tables. */
  owner: string;
  /** The server's superuser, in the database `postgres`: makes databases for tests. */
  superuser: string;
}

/** The addresses for the server whose superuser has the given one, whether it runs yet or not. */
export function databaseUrls(superuser: string, secrets: Secrets): DatabaseUrls {
  return {
    app: databaseUrl(superuser, "slipway_app", secrets.appPassword),
    owner: databaseUrl(superuser, "slipway_owner", secrets.ownerPassword),
    superuser,
  };
}

/** Makes the database and its roles where they are missing, as `database/roles.sql` has them. */
export async function prepareDatabase(superuser: string, secrets: Secrets): Promise<void> {
  await withClient(superuser, async (client) => {
    const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = $1", [NAME]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${NAME}`);
  });
  const roles = (await readFile(ROLES, "utf8"))
    .replaceAll(":'owner_password'", escapeLiteral(secrets.ownerPassword))
    .replaceAll(":'app_password'", escapeLiteral(secrets.appPassword));
  const inside = new URL(superuser);
  inside.pathname = `/${NAME}`;
  await withClient(inside.href, async (client) => {
    await client.query(roles);
    await client.query("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
  });
}

function databaseUrl(server: string, role: string, password: string): string {
  const url = new URL(server);
  url.username = role;
  url.password = password;
  url.pathname = `/${NAME}`;
  return url.href;
}

async function withClient(url: string, use: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}
