import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { root } from "../steps.mjs";

const START_TIMEOUT_MS = 20_000;
// Linux counts a process's time in hundredths of a second.
const MS_PER_TICK = 10;

/** A Worker served by workerd alone, without wrangler or any proxy in front. */
export interface ServedWorker {
  url: string;
  /** From the start of the process to its first answer. */
  startMs: number;
  /** User and system time of the process so far, from /proc. */
  cpuMs(): number;
  stop(): Promise<void>;
}

export interface WorkerOptions {
  /** What was built: every .mjs and .js file below becomes a module. */
  folder: string;
  main: string;
  port: number;
  /** Bindings, handed over in the environment: no secret is written to a file. */
  variables: Record<string, string>;
  /** Where workerd's own configuration is written. */
  scratch: string;
  /** What is asked until it answers. */
  firstPath: string;
}

/**
 * Starts workerd with the built Worker and resolves at its first answer, whatever the status. Throws when it
 * stops or gives none in 20 seconds. Static files are not its business: the stand-in serves them, as a CDN does.
 */
export async function serveWorker(options: WorkerOptions): Promise<ServedWorker> {
  const { port, variables, scratch, firstPath } = options;
  const config = join(scratch, `workerd-${port}.capnp`);
  writeFileSync(config, configuration(options));
  const program = join(root, "node_modules", "workerd", "bin", "workerd");
  const url = `http://127.0.0.1:${port}`;
  const startedAt = performance.now();
  const child = spawn(program, ["serve", "-I/", config], {
    env: { PATH: process.env.PATH ?? "", ...variables },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const killAtExit = (): void => void child.kill("SIGKILL");
  process.once("exit", killAtExit);
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(-4000);
  });
  await answers(child, `${url}${firstPath}`, () => errors);
  return {
    url,
    startMs: performance.now() - startedAt,
    cpuMs: () => cpuMsOf(child.pid ?? 0),
    async stop() {
      process.off("exit", killAtExit);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}

async function answers(child: ChildProcess, url: string, errors: () => string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (child.exitCode === null && Date.now() < deadline) {
    try {
      const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(5000) });
      await response.arrayBuffer();
      return;
    } catch {
      await pause(1);
    }
  }
  throw new Error(`workerd did not answer at ${url}:\n${errors()}`);
}

/** User and system time of the process and of its children that have ended. */
function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The command, in brackets, may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return ticks * MS_PER_TICK;
}

function configuration({ folder, main, port, variables }: WorkerOptions): string {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const scripts = names.filter((name) => /\.m?js$/.test(name) && name !== main);
  const modules = [main, ...scripts].map(
    (name) => `(name = ${text(name)}, esModule = embed ${text(join(folder, name))})`,
  );
  const bindings = Object.keys(variables).map(
    (name) => `(name = ${text(name)}, fromEnvironment = ${text(name)})`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "assets", worker = .assets),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  compatibilityDate = "2026-10-12",
  compatibilityFlags = ["nodejs_compat"],
  modules = [${modules.join(",\n    ")}],
  bindings = [(name = "ASSETS", service = "assets"), ${bindings.join(", ")}],
);
const assets :Workerd.Worker = (
  compatibilityDate = "2026-10-12",
  modules = [(name = "assets.js", esModule = ${text(NO_ASSETS)})],
);
`;
}

const NO_ASSETS = "export default { fetch: () => new Response(null, { status: 404 }) };";

function text(value: string): string {
  return JSON.stringify(value);
}
