import type { RedisClient } from "#lib/accounts/sessions.ts";
import type { RedisService } from "#lib/services/redis.ts";

type Query = <Row extends object>(text: string) => Promise<Row[]>;

const AT_ONCE = 50;
const READ: Record<string, (client: RedisClient, key: string) => Promise<unknown>> = {
  string: (client, key) => client.get(key),
  hash: (client, key) => client.hgetall(key),
  zset: (client, key) => client.zrange(key, 0, -1, { withScores: true }),
};
const SCHEMA = `
  WITH relations AS (
    SELECT oid, relname AS name, relkind AS kind, relacl AS rights
    FROM pg_class
    WHERE relowner = current_user::regrole AND relnamespace = 'public'::regnamespace
      AND relname !~ '^schema_migrations'
  )
  SELECT concat_ws(' ', name, attname, format_type(atttypid, atttypmod),
    CASE WHEN attnotnull THEN 'NOT NULL' END, attidentity, pg_get_expr(adbin, adrelid)) AS line
  FROM relations
  JOIN pg_attribute ON attrelid = oid AND attnum > 0 AND NOT attisdropped
  LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
  UNION ALL
  SELECT concat_ws(' ', name, conname, replace(pg_get_constraintdef(c.oid), ' NOT VALID', ''))
  FROM relations
  JOIN pg_constraint c ON conrelid = relations.oid
  UNION ALL
  SELECT CASE kind WHEN 'i' THEN pg_get_indexdef(oid) ELSE pg_get_viewdef(oid) END
  FROM relations
  WHERE kind IN ('i', 'v')
  UNION ALL
  SELECT concat_ws(' ', kind, name, grants)
  FROM relations
  LEFT JOIN unnest(rights) AS grants ON true
  UNION ALL
  SELECT concat_ws(' ', pg_get_functiondef(oid), proacl)
  FROM pg_proc
  WHERE proowner = current_user::regrole
  ORDER BY line`;

/** All rows of all tables as text, by table and in a fixed order, without the columns named here. */
export async function dumpTables(
  query: Query,
  without: Record<string, string[]> = {},
): Promise<Record<string, string[]>> {
  const tables = await query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename",
  );
  const dump: Record<string, string[]> = {};
  for (const { name } of tables) {
    const columns = `'{${without[name]?.join(",") ?? ""}}'::text[]`;
    const rows = await query<{ row: string }>(
      `SELECT (to_jsonb(t) - ${columns})::text AS row FROM "${name}" t ORDER BY 1`,
    );
    dump[name] = rows.map(({ row }) => row);
  }
  return dump;
}

/**
 * What the migrations made, in a fixed order: each column, constraint, index, view, right and function. The place of a column
 * among the others is no part of it, nor whether a constraint was checked on the rows that were there already.
 */
export async function describeSchema(query: Query): Promise<string[]> {
  const lines = await query<{ line: string }>(SCHEMA);
  return lines.map(({ line }) => line);
}

/** The keys of Redis that are asked for, all by default, with their values. */
export async function dumpRedis(
  redis: RedisService,
  isAsked: (key: string) => boolean = () => true,
): Promise<Record<string, unknown>> {
  const keys = (await redis.run((client) => client.keys("*"))).filter(isAsked).sort();
  const dump: Record<string, unknown> = {};
  for (let first = 0; first < keys.length; first += AT_ONCE)
    await Promise.all(
      keys.slice(first, first + AT_ONCE).map(async (key) => {
        const type = await redis.run((client) => client.type(key));
        // It ran out between the two questions.
        if (type === "none") return;
        const read = READ[type];
        if (!read) throw new Error(`Nobody can read the ${type} ${key}.`);
        dump[key] = await redis.run((client) => read(client, key));
      }),
    );
  return dump;
}
