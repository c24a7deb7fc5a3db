import type { Argument, RedisConnection, Reply } from "./resp.ts";

/** Every key: type, name, value, expiry (Unix time in ms, or negative for none); bytes as base64. */
export type Snapshot = [type: string, key: string, value: Encoded, expiresAt: number][];
type Encoded = string | Encoded[];

const KEY_IS_GONE = -2;

const READ: Record<string, (key: Buffer) => Argument[]> = {
  string: (key) => ["GET", key],
  hash: (key) => ["HGETALL", key],
  list: (key) => ["LRANGE", key, 0, -1],
  set: (key) => ["SMEMBERS", key],
  zset: (key) => ["ZRANGE", key, 0, -1, "WITHSCORES"],
};

/** All data, for an engine that can't save it by itself. */
export async function readSnapshot(redis: RedisConnection): Promise<Snapshot> {
  const snapshot: Snapshot = [];
  let cursor = "0";
  do {
    const [next, keys] = (await redis.command("SCAN", cursor, "COUNT", 500)) as [Buffer, Buffer[]];
    cursor = next.toString();
    for (const key of keys) {
      const type = ((await redis.command("TYPE", key)) as { status: string }).status;
      const read = READ[type];
      if (!read) continue;
      const [value = null, expiresAt] = await redis.batch([read(key), ["PEXPIRETIME", key]]);
      // It expired between the two questions, and an empty value can't be put back.
      if (Number(expiresAt) === KEY_IS_GONE) continue;
      snapshot.push([type, key.toString("base64"), encode(value), Number(expiresAt)]);
    }
  } while (cursor !== "0");
  return snapshot;
}

/** Puts back what `readSnapshot` gave, without what has expired since. */
export async function writeSnapshot(redis: RedisConnection, snapshot: Snapshot): Promise<void> {
  for (const [type, name, value, expiresAt] of snapshot) {
    if (expiresAt > 0 && expiresAt <= Date.now()) continue;
    const key = Buffer.from(name, "base64");
    await redis.command(...restore(type, key, decode(value)));
    if (expiresAt > 0) await redis.command("PEXPIREAT", key, expiresAt);
  }
}

function restore(type: string, key: Buffer, values: Buffer[]): Argument[] {
  switch (type) {
    case "string":
      return ["SET", key, ...values];
    case "hash":
      return ["HSET", key, ...values];
    case "list":
      return ["RPUSH", key, ...values];
    case "set":
      return ["SADD", key, ...values];
    default:
      return ["ZADD", key, ...scoresFirst(values)];
  }
}

function scoresFirst(values: Buffer[]): Buffer[] {
  return values.flatMap((value, index) =>
    index % 2 === 0 ? [values[index + 1] ?? Buffer.from("0"), value] : [],
  );
}

function encode(reply: Reply): Encoded {
  if (Array.isArray(reply)) return reply.map(encode);
  return Buffer.isBuffer(reply) ? reply.toString("base64") : "";
}

function decode(value: Encoded): Buffer[] {
  return Array.isArray(value) ? value.flatMap(decode) : [Buffer.from(value, "base64")];
}
