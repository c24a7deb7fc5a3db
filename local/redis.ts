import { spawn } from "node:child_process";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { delimiter, join } from "node:path";
import type { Duplex } from "node:stream";
import {
  createRedisCommandExecutor,
  createVirtualConnection,
  RedisServerState,
} from "js-redis-server/core";
import { readSnapshot, writeSnapshot, type Snapshot } from "./redis-snapshot.ts";
import { connectRedis } from "./resp.ts";

const SAVE_EVERY_MS = 30_000;

/** A running Redis, spoken to in RESP2 over any number of connections. */
export interface LocalRedis {
  engine: "redis-server" | "in-process";
  dial(): Promise<Duplex>;
  save(): Promise<void>;
  close(): Promise<void>;
}

interface RedisOptions {
  /** Where the data is kept between starts; null keeps nothing. */
  file: string | null;
  /** An address redis://host:port of a server that runs already. */
  url?: string | undefined;
  log?: (line: string) => void;
}

/** A real redis-server where one is given or installed, else the engine that npm brings along. */
export async function startRedis(options: RedisOptions): Promise<LocalRedis> {
  const url = options.url ?? process.env.LOCAL_REDIS_URL;
  if (url) return useServer(url);
  if (findRedisServer()) return startServer(options);
  return startEngine(options);
}

function useServer(url: string): LocalRedis {
  const { hostname, port } = new URL(url);
  return {
    engine: "redis-server",
    dial: () => dialTcp(hostname, Number(port || 6379)),
    save: async () => {},
    close: async () => {},
  };
}

async function startServer({ log = () => {} }: RedisOptions): Promise<LocalRedis> {
  const port = await freePort();
  const flags = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  const child = spawn(findRedisServer() ?? "", flags, { stdio: ["ignore", "pipe", "ignore"] });
  const killAtExit = (): void => void child.kill("SIGKILL");
  process.once("exit", killAtExit);
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.stdout.on("data", (text: Buffer) => {
      log(text.toString().trim());
      if (/ready to accept connections/i.test(text.toString())) resolve();
    });
    void gone.then(() => reject(new Error("redis-server ended while it was starting.")));
  });
  return {
    engine: "redis-server",
    dial: () => dialTcp("127.0.0.1", port),
    save: async () => {},
    async close() {
      process.off("exit", killAtExit);
      child.kill("SIGTERM");
      await gone;
    },
  };
}

async function startEngine({ file }: RedisOptions): Promise<LocalRedis> {
  const state = new RedisServerState({ databaseCount: 1 });
  const executor = createRedisCommandExecutor({ compatibility: "redis-7.4" });
  const dial = (): Promise<Duplex> =>
    Promise.resolve(createVirtualConnection({ state, executor }).clientSocket);
  const connection = connectRedis(dial);
  if (file && existsSync(file))
    await writeSnapshot(connection, JSON.parse(readFileSync(file, "utf8")) as Snapshot);
  const save = async (): Promise<void> => {
    if (!file) return;
    writeFileSync(`${file}.new`, JSON.stringify(await readSnapshot(connection)), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  };
  const timer = setInterval(() => void save().catch(() => undefined), SAVE_EVERY_MS);
  timer.unref();
  return {
    engine: "in-process",
    dial,
    save,
    async close() {
      clearInterval(timer);
      await save();
      connection.close();
    },
  };
}

function findRedisServer(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.map((folder) => join(folder, "redis-server")).find((path) => existsSync(path));
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
