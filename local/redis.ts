import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import type { Duplex } from "node:stream";
import {
  createRedisCommandExecutor,
  createVirtualConnection,
  RedisServerState,
} from "js-redis-server/core";
import { identify, stopProcess } from "./processes.mjs";
import { readSnapshot, writeSnapshot, type Snapshot } from "./redis-snapshot.ts";
import { replaceFile } from "./replace-file.ts";
import { connectRedis } from "./resp.ts";

const SAVE_EVERY_SECONDS = 30;

/** A running Redis, spoken to in RESP2 over any number of connections. */
export interface LocalRedis {
  engine: "redis-server" | "in-process";
  /** The process that would outlive this one if this one were killed, or null. */
  pid: number | null;
  dial(): Promise<Duplex>;
  close(): Promise<void>;
}

interface RedisOptions {
  /** Where the data are kept between starts, each engine's own; null keeps nothing. */
  folder: string | null;
  /** For tests: this one, whatever is installed. */
  engine?: LocalRedis["engine"];
  log?: (line: string) => void;
}

/**
 * A real redis-server where LOCAL_REDIS_URL names one (redis://host:port) or one is installed, else
 * the engine that npm brings along.
 */
export async function startRedis(options: RedisOptions): Promise<LocalRedis> {
  const { folder, engine = findRedisServer() ? "redis-server" : "in-process" } = options;
  const url = process.env.LOCAL_REDIS_URL;
  if (url && !options.engine) return useServer(url);
  if (folder) mkdirSync(folder, { recursive: true, mode: 0o700 });
  return engine === "redis-server" ? startServer(options) : startEngine(options);
}

/** The path of the redis-server that is installed, or null. */
export function findRedisServer(): string | null {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.map((folder) => join(folder, "redis-server")).find(existsSync) ?? null;
}

function useServer(url: string): LocalRedis {
  const { hostname, port } = new URL(url);
  return {
    engine: "redis-server",
    pid: null,
    dial: () => dialTcp(hostname, Number(port || 6379)),
    close: async () => {},
  };
}

async function startServer({ folder, log = () => {} }: RedisOptions): Promise<LocalRedis> {
  const port = await freePort();
  const child = spawn(findRedisServer() ?? "redis-server", flags(port, folder), {
    stdio: ["ignore", "pipe", "ignore"],
    // Its own group: Ctrl-C reaches us first, and we stop the services in order.
    detached: true,
  });
  const killAtExit = (): void => void child.kill("SIGKILL");
  process.once("exit", killAtExit);
  await becomesReady(child, log);
  const id = identify(child.pid);
  return {
    engine: "redis-server",
    pid: id.pid,
    dial: () => dialTcp("127.0.0.1", port),
    async close() {
      await stopProcess(id);
      process.off("exit", killAtExit);
    },
  };
}

function flags(port: number, folder: string | null): string[] {
  const options = ["--port", String(port), "--bind", "127.0.0.1", "--appendonly", "no"];
  if (folder === null) return [...options, "--save", ""];
  const save = ["--dir", folder, "--save", String(SAVE_EVERY_SECONDS), "1"];
  // A disk that is full may cost what is kept; the shop goes on.
  return [...options, ...save, "--stop-writes-on-bgsave-error", "no"];
}

function becomesReady(child: ChildProcess, log: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let last = "";
    if (child.stdout)
      createInterface({ input: child.stdout }).on("line", (line) => {
        log(line);
        last = line;
        if (/ready to accept connections/i.test(line)) resolve();
      });
    child.once("error", reject);
    child.once("close", () => reject(new Error(`redis-server did not start: ${last}`)));
  });
}

async function startEngine({ folder }: RedisOptions): Promise<LocalRedis> {
  const state = new RedisServerState({ databaseCount: 1 });
  const executor = createRedisCommandExecutor({ compatibility: "redis-7.4" });
  const dial = (): Promise<Duplex> =>
    Promise.resolve(createVirtualConnection({ state, executor }).clientSocket);
  const connection = connectRedis(dial);
  const file = folder && join(folder, "snapshot.json");
  if (file && existsSync(file))
    await writeSnapshot(connection, JSON.parse(readFileSync(file, "utf8")) as Snapshot);
  const save = async (): Promise<void> => {
    if (!file) return;
    replaceFile(file, JSON.stringify(await readSnapshot(connection)));
  };
  const timer = setInterval(() => void save().catch(() => undefined), SAVE_EVERY_SECONDS * 1000);
  timer.unref();
  return {
    engine: "in-process",
    pid: null,
    dial,
    async close() {
      clearInterval(timer);
      await save();
      connection.close();
    },
  };
}

function dialTcp(host: string, port: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(port, host, () => resolve(socket.setNoDelay(true)));
    socket.once("error", reject);
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
