import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Faults } from "./faults.ts";
import { readBody } from "./read-body.ts";
import { connectRedis, type Reply } from "./resp.ts";
import type { LocalService } from "./service.ts";
import { parseCommand, parseCommands } from "./upstash-body.ts";
import { createCommandRunner, plain, type CommandRunner } from "./upstash-commands.ts";

interface BridgeOptions {
  dial: () => Promise<Duplex>;
  token: string;
  /** The path under which the bridge answers, like "/redis". */
  prefix: string;
  faults: Faults;
}

/** Upstash's REST protocol in front of Redis (upstash.com/docs/redis/features/restapi). */
export function createUpstashBridge(options: BridgeOptions): LocalService {
  const { dial, faults } = options;
  const runner = createCommandRunner(dial, faults);
  const subscriptions = createSubscriptions(dial);
  return {
    async handle(request, response) {
      if ((await faults.guard("redis", request, response)) === "handled") return;
      const { pathname } = new URL(request.url ?? "/", "http://localhost");
      const path = pathname.slice(options.prefix.length).split("/").filter(Boolean);
      const segments = path.map(decodeURIComponent);
      const body = await readBody(request);
      if (faults.get("redis") === "credentials" || !isAllowed(request, options.token))
        send(response, 401, { error: "WRONGPASS invalid or missing auth token" });
      else if (faults.get("redis") === "broken")
        send(response, 400, { error: "ERR inside_the_shop at inside-7.internal.example:6379" });
      else if (/^p?subscribe$/i.test(segments[0] ?? ""))
        await subscriptions.open(response, segments);
      else {
        const isBase64 = request.headers["upstash-encoding"] === "base64";
        const answer = await answerTo(runner, segments, body, isBase64);
        send(response, answer.status, answer.body);
      }
    },
    close() {
      subscriptions.close();
      runner.close();
      return Promise.resolve();
    },
  };
}

async function answerTo(
  runner: CommandRunner,
  segments: string[],
  body: string,
  isBase64: boolean,
): Promise<{ status: number; body: unknown }> {
  const [first] = segments;
  if (first === "pipeline" || first === "multi-exec") {
    const commands = parseCommands(body);
    if (!commands) return { status: 400, body: { error: "ERR failed to parse pipeline request" } };
    if (first === "multi-exec") return runner.transaction(commands, isBase64);
    return { status: 200, body: await runner.pipeline(commands, isBase64) };
  }
  const command = segments.length > 0 ? [...segments, ...(body ? [body] : [])] : parseCommand(body);
  if (!command) return { status: 400, body: { error: "ERR failed to parse command" } };
  const [answer] = await runner.pipeline([command], isBase64);
  return { status: answer && "error" in answer ? 400 : 200, body: answer };
}

// Each subscriber has a connection of its own, and gets its messages as server-sent events.
function createSubscriptions(dial: () => Promise<Duplex>) {
  const streams = new Set<() => void>();
  return {
    async open(response: ServerResponse, command: string[]): Promise<void> {
      const connection = connectRedis(dial);
      const end = (): void => {
        connection.close();
        streams.delete(end);
        response.end();
      };
      streams.add(end);
      response.on("close", end);
      response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
      response.flushHeaders();
      const tell = (reply: Reply): void => {
        const parts = Array.isArray(reply) ? reply : [reply];
        response.write(`data: ${parts.map((part) => String(plain(part, false))).join(",")}\n\n`);
      };
      await connection.listen(command, tell, end);
    },
    close() {
      for (const end of streams) end();
    },
  };
}

function isAllowed(request: IncomingMessage, token: string): boolean {
  return isSame((request.headers.authorization ?? "").replace(/^Bearer /i, ""), token);
}

function isSame(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

function send(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed) return;
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
