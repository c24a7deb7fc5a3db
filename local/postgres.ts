import { execFile, execFileSync, spawn, type ChildProcess } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { findPostgresHome, program, type PostgresHome } from "./postgres-home.ts";
import { identify, stopProcess } from "./processes.mjs";

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 5000;
const IS_WINDOWS = process.platform === "win32";

/** A running PostgreSQL server; `url` is its superuser's. */
export interface Postgres {
  url: string;
  port: number;
  /** Resolves when the server process is gone, for whatever reason. */
  gone: Promise<void>;
  stop(): Promise<void>;
}

/**
 * Stops the server that a killed run left behind on this data folder. Call it before choosing the
 * port, which the leftover still holds.
 */
export async function stopLeftoverPostgres(folder: string): Promise<void> {
  const { dataFolder } = await findPostgresHome(folder);
  const path = join(dataFolder, "postmaster.pid");
  if (!existsSync(path)) return;
  const leftover = identify(Number(readFileSync(path, "utf8").split("\n")[0]));
  if (leftover.command?.includes("postgres")) await stopProcess(leftover, STOP_TIMEOUT_MS);
}

/**
 * Starts PostgreSQL on the data folder, which is made when it is missing, and resolves when it
 * accepts connections on 127.0.0.1. The server dies with this process.
 */
export async function startPostgres(options: {
  folder: string;
  port: number;
  password?: string;
  log?: (line: string) => void;
}): Promise<Postgres> {
  const { port, password = "postgres", log = () => {} } = options;
  const home = await findPostgresHome(options.folder, log);
  if (!existsSync(join(home.dataFolder, "PG_VERSION"))) initialise(home, password);
  refuseOtherMajor(home);
  const child = spawn(program(home, "postgres"), flags(home.dataFolder, port), {
    ...launchOptions(home),
    stdio: ["ignore", "ignore", "pipe"],
    // Its own group: Ctrl-C reaches us first, and we stop the services in order.
    detached: !IS_WINDOWS,
    windowsHide: true,
  });
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const killAtExit = (): void => void child.kill("SIGQUIT");
  process.once("exit", killAtExit);
  await becomesReady(child, log);
  return {
    url: superuserUrl(port, password),
    port,
    gone,
    async stop() {
      await stopServer(home, child, gone);
      process.off("exit", killAtExit);
    },
  };
}

/** Logs in as the superuser of the server on a port. */
export function superuserUrl(port: number, password: string): string {
  return `postgresql://postgres:${encodeURIComponent(password)}@localhost:${port}/postgres`;
}

function initialise(home: PostgresHome, password: string): void {
  const folder = mkdtempSync(join(tmpdir(), "slipway-"));
  const file = join(folder, "password");
  writeFileSync(file, `${password}\n`, { mode: 0o600 });
  if (home.account)
    for (const path of [folder, file]) chownSync(path, home.account.uid, home.account.gid);
  const options = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
  // Cleartext passwords on the loopback: the Neon driver sends its password with the first packet.
  options.push("--locale=C", "--auth=password", "--no-sync", "--no-instructions");
  try {
    execFileSync(
      program(home, "initdb"),
      ["-D", home.dataFolder, "-U", "postgres", `--pwfile=${file}`, ...options],
      { ...launchOptions(home), stdio: ["ignore", "ignore", "pipe"] },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function refuseOtherMajor(home: PostgresHome): void {
  const made = readFileSync(join(home.dataFolder, "PG_VERSION"), "utf8").trim();
  const version = execFileSync(program(home, "postgres"), ["--version"], {
    ...launchOptions(home),
    encoding: "utf8",
  });
  const installed = /\d+/.exec(version)?.[0];
  if (made !== installed)
    throw new Error(
      `The local data were made by PostgreSQL ${made} and ${installed ?? "?"} is installed: ` +
        "start with `npm start -- --reset` to begin anew.",
    );
}

function launchOptions(home: PostgresHome) {
  return {
    ...(home.account ?? {}),
    env: { ...process.env, LC_ALL: "C" },
    // The working folder may be closed to the account.
    cwd: home.dataFolder,
  };
}

function flags(dataFolder: string, port: number): string[] {
  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    shared_preload_libraries: "pg_stat_statements",
    max_connections: "100",
    shared_buffers: "64MB",
    // Local data may be lost when the machine (not the process) dies; every write is much faster.
    fsync: "off",
    synchronous_commit: "off",
    full_page_writes: "off",
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return ["-D", dataFolder, "-p", String(port), ...options];
}

function becomesReady(child: ChildProcess, log: (line: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = "";
    let ready = false;
    const timer = setTimeout(() => {
      child.kill("SIGQUIT");
      reject(new Error("PostgreSQL did not become ready within a minute."));
    }, START_TIMEOUT_MS);
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      log(text.trimEnd());
      if (ready) return;
      output += text;
      if (!output.includes("ready to accept connections")) return;
      ready = true;
      clearTimeout(timer);
      resolve();
    });
    child.once("error", reject);
    child.once("exit", () => {
      clearTimeout(timer);
      if (!ready) reject(new Error(`PostgreSQL did not start: ${output.trim()}`));
    });
  });
}

async function stopServer(home: PostgresHome, child: ChildProcess, gone: Promise<void>) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  // Windows has no signals: pg_ctl asks through a pipe of PostgreSQL's own.
  if (IS_WINDOWS)
    await promisify(execFile)(program(home, "pg_ctl"), [
      "stop",
      "-D",
      home.dataFolder,
      "-m",
      "fast",
    ]);
  else child.kill("SIGINT");
  const force = setTimeout(() => child.kill("SIGQUIT"), STOP_TIMEOUT_MS);
  await gone;
  clearTimeout(force);
}
