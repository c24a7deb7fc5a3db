import type { Duplex } from "node:stream";
import type { Faults } from "./faults.ts";
import { connectRedis, RedisError, type Reply } from "./resp.ts";
import { createScriptTranslator, loadedHash } from "./upstash-scripts.ts";

/** What Upstash answers to one command. */
export type Answer = { result: unknown } | { error: string };

/** Runs commands on one connection that all requests share. */
export interface CommandRunner {
  /** Each command is answered by itself. */
  pipeline(commands: string[][], isBase64: boolean): Promise<Answer[]>;
  /** All commands or none, with the HTTP status of the answer. */
  transaction(commands: string[][], isBase64: boolean): Promise<{ status: number; body: unknown }>;
  close(): void;
}

// What Upstash has not, and what would block or end the one connection that all share.
const DENIED = new Set(
  (
    "subscribe psubscribe unsubscribe punsubscribe monitor multi exec discard watch unwatch select quit reset hello auth " +
    "shutdown debug config replicaof slaveof save bgsave bgrewriteaof sync psync acl module blpop brpop blmove brpoplpush " +
    "bzpopmin bzpopmax blmpop bzmpop wait migrate cluster swapdb client"
  ).split(" "),
);
const WRITES =
  /^(m?set|getset|getex|getdel|append|incr|decr|del|unlink|expire|pexpire|persist|rename|h(m?set|del|incr)|[lr](push|pop|set|rem|trim)|l(insert|move)|s(add|rem|pop|move)|z(add|rem|incr|pop)|eval|flush|publish|x(add|del|trim))/i;

/** A runner on a connection that `dial` opens, refusing what Upstash and the faults refuse. */
export function createCommandRunner(dial: () => Promise<Duplex>, faults: Faults): CommandRunner {
  const redis = connectRedis(dial);
  const translate = createScriptTranslator();
  return {
    async pipeline(commands, isBase64) {
      const refusals = commands.map((command) => refuse(command, faults));
      const allowed = commands.filter((_, index) => !refusals[index]);
      const replies = allowed.length > 0 ? await redis.batch(allowed.map(translate)) : [];
      return commands.map((command, index) => {
        const refusal = refusals[index];
        return refusal ? { error: refusal } : answerTo(command, replies.shift() ?? null, isBase64);
      });
    },
    async transaction(commands, isBase64) {
      const refusal = commands.map((command) => refuse(command, faults)).find(Boolean);
      if (refusal) return { status: 400, body: { error: refusal } };
      const replies = await redis.batch([["MULTI"], ...commands.map(translate), ["EXEC"]]);
      const results = replies.at(-1) ?? null;
      if (!Array.isArray(results)) {
        const errors = replies.filter((reply) => reply instanceof RedisError);
        return { status: 400, body: { error: errors.map(({ message }) => message).join(": ") } };
      }
      const body = results.map((reply, index) => answerTo(commands[index] ?? [], reply, isBase64));
      return { status: 200, body };
    },
    close: () => redis.close(),
  };
}

function refuse([name = ""]: string[], faults: Faults): string | null {
  if (DENIED.has(name.toLowerCase()))
    return `ERR Command is not available: '${name}'. See https://upstash.com/docs/redis/overall/rediscompatibility`;
  const fault = faults.get("redis");
  if (!WRITES.test(name)) return null;
  if (fault === "full") return "OOM command not allowed when used memory > 'maxmemory'.";
  return fault === "readonly" ? "READONLY You can't write against a read only replica." : null;
}

function answerTo(command: string[], reply: Reply, isBase64: boolean): Answer {
  if (reply instanceof RedisError) return { error: reply.message };
  const hash = loadedHash(command);
  return { result: plain(hash ? Buffer.from(hash) : reply, isBase64) };
}

/** A reply as JSON has it: text as UTF-8, or as base64 where the client asked for it. */
export function plain(reply: Reply, isBase64: boolean): unknown {
  if (reply instanceof RedisError) return reply.message;
  if (Buffer.isBuffer(reply)) return reply.toString(isBase64 ? "base64" : "utf8");
  if (Array.isArray(reply)) return reply.map((item) => plain(item, isBase64));
  if (reply === null || typeof reply === "number") return reply;
  // "OK" alone is never encoded: the client looks for it as it is.
  return isBase64 && reply.status !== "OK"
    ? Buffer.from(reply.status).toString("base64")
    : reply.status;
}
