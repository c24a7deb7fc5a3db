import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Faults } from "./faults.ts";
import { readBody } from "./read-body.ts";
import { connectRedis, RedisError, type Reply } from "./resp.ts";
import type { LocalService } from "./service.ts";
import { createScriptTranslator, loadedHash } from "./upstash-scripts.ts";

interface BridgeOptions {
  dial: () => Promise<Duplex>;
  token: string;
  /** The path under which the bridge answers, like "/redis". */
  prefix: string;
  faults: Faults;
}

type Answer = { result: unknown } | { error: string };

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

/** Upstash's REST protocol in front of Redis (upstash.com/docs/redis/features/restapi). */
export function createUpstashBridge(options: BridgeOptions): LocalService {
  const redis = connectRedis(options.dial);
  const translate = createScriptTranslator();
  const streams = new Set<() => void>();

  async function run(commands: string[][]): Promise<Reply[]> {
    return redis.batch(commands.map(translate));
  }

  async function runPipeline(commands: string[][], isBase64: boolean): Promise<Answer[]> {
    const refusals = commands.map((command) => refuse(command, options.faults));
    const allowed = commands.filter((_, index) => !refusals[index]);
    const replies = allowed.length > 0 ? await run(allowed) : [];
    return commands.map((command, index) => {
      const refusal = refusals[index];
      return refusal ? { error: refusal } : answerTo(command, replies.shift() ?? null, isBase64);
    });
  }

  async function runTransaction(commands: string[][], isBase64: boolean) {
    const refusal = commands.map((command) => refuse(command, options.faults)).find(Boolean);
    if (refusal) return { status: 400, body: { error: refusal } };
    const replies = await redis.batch([["MULTI"], ...commands.map(translate), ["EXEC"]]);
    const results = replies.at(-1) ?? null;
    if (!Array.isArray(results)) {
      const errors = replies.filter((reply) => reply instanceof RedisError);
      return { status: 400, body: { error: errors.map(({ message }) => message).join(": ") } };
    }
    const body = results.map((reply, index) => answerTo(commands[index] ?? [], reply, isBase64));
    return { status: 200, body };
  }

  async function subscribe(response: ServerResponse, command: string[]): Promise<void> {
    const connection = connectRedis(options.dial);
    const end = (): void => {
      connection.close();
      streams.delete(end);
      response.end();
    };
    streams.add(end);
    response.on("close", end);
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
    response.flushHeaders();
    const send = (reply: Reply): void => {
      const parts = Array.isArray(reply) ? reply : [reply];
      response.write(`data: ${parts.map((part) => String(plain(part, false))).join(",")}\n\n`);
    };
    await connection.listen(command, send, end);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if ((await options.faults.guard("redis", request, response)) === "handled") return;
    const url = new URL(request.url ?? "/", "http://localhost");
    const path = url.pathname.slice(options.prefix.length).split("/").filter(Boolean);
    const segments = path.map(decodeURIComponent);
    const body = await readBody(request);
    const isBase64 = request.headers["upstash-encoding"] === "base64";
    const given = (request.headers.authorization ?? "").replace(/^Bearer /i, "");
    if (options.faults.get("redis") === "credentials" || !isSame(given, options.token)) {
      send(response, 401, { error: "WRONGPASS invalid or missing auth token" });
      return;
    }
    const [first = ""] = segments;
    if (/^p?subscribe$/i.test(first)) return subscribe(response, segments);
    if (first === "pipeline" || first === "multi-exec") {
      const commands = parseCommands(body);
      if (!commands) {
        send(response, 400, { error: "ERR failed to parse pipeline request" });
        return;
      }
      if (first === "pipeline") {
        send(response, 200, await runPipeline(commands, isBase64));
        return;
      }
      const { status, body: answers } = await runTransaction(commands, isBase64);
      send(response, status, answers);
      return;
    }
    const command =
      segments.length > 0 ? [...segments, ...(body ? [body] : [])] : parseCommand(body);
    if (!command) {
      send(response, 400, { error: "ERR failed to parse command" });
      return;
    }
    const [answer] = await runPipeline([command], isBase64);
    send(response, answer && "error" in answer ? 400 : 200, answer);
  }

  return {
    handle,
    close() {
      for (const end of streams) end();
      redis.close();
      return Promise.resolve();
    },
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

function plain(reply: Reply, isBase64: boolean): unknown {
  if (reply instanceof RedisError) return reply.message;
  if (Buffer.isBuffer(reply)) return reply.toString(isBase64 ? "base64" : "utf8");
  if (Array.isArray(reply)) return reply.map((item) => plain(item, isBase64));
  if (reply === null || typeof reply === "number") return reply;
  // "OK" alone is never encoded: the client looks for it as it is.
  return isBase64 && reply.status !== "OK"
    ? Buffer.from(reply.status).toString("base64")
    : reply.status;
}

function parseCommands(body: string): string[][] | null {
  const list = parse(body);
  if (!Array.isArray(list) || list.length === 0) return null;
  const commands = list.map(toCommand);
  return commands.every((command) => command !== null) ? commands : null;
}

function parseCommand(body: string): string[] | null {
  return toCommand(parse(body));
}

function toCommand(value: unknown): string[] | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  return value.map((part: unknown) => {
    if (part === null || part === undefined) return "";
    return typeof part === "string" ? part : JSON.stringify(part);
  });
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function isSame(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

function send(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed) return;
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
