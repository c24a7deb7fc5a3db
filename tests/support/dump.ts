import type { RedisClient } from "#lib/accounts/sessions.ts";
import type { RedisService } from "#lib/services/redis.ts";

type Query = <Row extends object>(text: string) => Promise<Row[]>;

const AT_ONCE = 50;
const READ: Record<string, (client: RedisClient, key: string) => Promise<unknown>> = {
  string: (client, key) => client.get(key),
  hash: (client, key) => client.hgetall(key),
  zset: (client, key) => client.zrange(key, 0, -1, { withScores: true }),
};

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
