import type { IncomingMessage, ServerResponse } from "node:http";
import pg from "pg";
import type { Faults } from "./faults.ts";
import { brokenStatement, diskFull, errorBody, isFromServer, wrongPassword } from "./neon-error.ts";
import { runStatements, type StatementRequest } from "./neon-query.ts";
import { createNeonSocket } from "./neon-socket.ts";
import type { LocalService } from "./service.ts";

const MAX_BODY_BYTES = 64 * 1024 * 1024;
const CONNECT_TIMEOUT_MS = 10_000;

interface BridgeOptions {
  host: string;
  port: number;
  faults: Faults;
}

/**
 * Speaks Neon's protocols in front of an ordinary PostgreSQL: statements and batches by
 * POST /sql, sessions by WebSocket on /v2. Accounts, databases and errors are PostgreSQL's own; the host in the
 * connection string is ignored.
 */
export function createNeonBridge(options: BridgeOptions): LocalService {
  const pools = createPools(options);
  const socket = createNeonSocket(options);
  return {
    upgrade: (request, connection, head) => void socket.upgrade(request, connection, head),
    async handle(request, response) {
      if ((await options.faults.guard("database", request, response)) === "handled") return;
      const connection = request.headers["neon-connection-string"];
      if (typeof connection !== "string" || !URL.canParse(connection)) {
        send(response, 400, { message: "No Neon-Connection-String header" });
        return;
      }
      const body = await readBody(request);
      if (!body) {
        send(response, 400, { message: "The body is not JSON, or over 64 MiB" });
        return;
      }
      try {
        if (options.faults.get("database") === "credentials") throw wrongPassword();
        if (options.faults.get("database") === "broken") throw brokenStatement();
        await answer(request, response, body, pools.get(connection), options.faults);
      } catch (error) {
        send(response, isFromServer(error) ? 400 : 503, errorBody(error));
      }
    },
    async close() {
      socket.close();
      await pools.close();
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  body: StatementRequest,
  pool: pg.Pool,
  faults: Faults,
): Promise<void> {
  const client = await pool.connect();
  let isRunning = true;
  // The client went away: stop its statement, as Neon's proxy does.
  const cancel = (): void => {
    const { processID } = client as unknown as { processID: number };
    if (isRunning) pool.query("SELECT pg_cancel_backend($1)", [processID]).catch(() => undefined);
  };
  response.once("close", cancel);
  let broken = false;
  try {
    if (response.destroyed) return;
    const fault = faults.get("database");
    if (fault === "readonly" || fault === "full")
      await client.query("SET default_transaction_read_only = on");
    const result = await runStatements(client, body, request.headers);
    isRunning = false;
    send(response, 200, result);
  } catch (error) {
    broken = !isFromServer(error);
    throw faults.get("database") === "full" ? diskFull(error) : error;
  } finally {
    isRunning = false;
    client.release(broken || !(await reset(client)));
  }
}

// The next request gets the connection as if it were new.
async function reset(client: pg.PoolClient): Promise<boolean> {
  try {
    await client.query("ROLLBACK");
    await client.query("DISCARD ALL");
    return true;
  } catch {
    return false;
  }
}

function createPools({ host, port }: BridgeOptions) {
  const pools = new Map<string, pg.Pool>();
  return {
    get(connection: string): pg.Pool {
      const known = pools.get(connection);
      if (known) return known;
      const url = new URL(connection);
      const pool = new pg.Pool({
        host,
        port,
        user: decodeURIComponent(url.username),
        password: decodeURIComponent(url.password),
        database: decodeURIComponent(url.pathname.slice(1)),
        options: url.searchParams.get("options") ?? undefined,
        ssl: false,
        max: 10,
        idleTimeoutMillis: 10_000,
        connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
        allowExitOnIdle: true,
      });
      // An idle connection that the server ends (DROP DATABASE … FORCE) is simply forgotten.
      pool.on("error", () => undefined);
      pools.set(connection, pool);
      return pool;
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.end()));
    },
  };
}

async function readBody(request: IncomingMessage): Promise<StatementRequest | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (bytes > MAX_BODY_BYTES) return null;
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    return typeof body === "object" && body !== null ? (body as StatementRequest) : null;
  } catch {
    return null;
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed || response.writableEnded) return;
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
