import type { z } from "zod";
import type { RedisService } from "#lib/services/redis.ts";
import { randomToken, sha256 } from "#lib/tokens.ts";

/**
 * Values that wait in Redis for so many seconds, each opened by a token of 256 random bits that a
 * browser keeps: Redis holds its hash alone. All throw DependencyError without Redis.
 */
export function tokenStore<Schema extends z.ZodType>(
  prefix: string,
  schema: Schema,
  seconds: number,
) {
  const keyOf = (token: string) => `${prefix}:${sha256(token)}`;
  const parse = (stored: unknown) => {
    const parsed = schema.safeParse(stored);
    return parsed.success ? parsed.data : null;
  };
  return {
    /** Keeps a value and gives its token. */
    async create(redis: RedisService, value: z.infer<Schema>): Promise<string> {
      const token = randomToken();
      await redis.run((client) => client.set(keyOf(token), value, { ex: seconds }));
      return token;
    },
    /** The value that the token opens, or null when the time is over. */
    async find(redis: RedisService, token: string): Promise<z.infer<Schema> | null> {
      return parse(await redis.run((client) => client.get(keyOf(token))));
    },
    /** The value that the token opens, this once; null when it is over. */
    async take(redis: RedisService, token: string): Promise<z.infer<Schema> | null> {
      return parse(await redis.run((client) => client.getdel(keyOf(token))));
    },
    /** Ends it: the token opens nothing from now on. */
    async delete(redis: RedisService, token: string): Promise<void> {
      await redis.run((client) => client.del(keyOf(token)));
    },
  };
}
