import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Client } from "pg";
import { afterAll, afterEach, expect, onTestFinished, test } from "vitest";
import { outsideFolder } from "#local/postgres-home.ts";
import { choosePorts } from "#local/ports.ts";
import { isRunning, type ProcessId } from "#local/processes.mjs";
import { findRedisServer } from "#local/redis.ts";
import { nodePath, root } from "../../../scripts/steps.mjs";

interface Report {
  pid: number;
  urls: {
    site: string;
    stack: string;
    stripe: string;
    database: { app: string; superuser: string };
  };
  variables: Record<string, string>;
  moves: string[];
}

const children: ChildProcess[] = [];
// One after the other the tests start on the same data: to make a database takes longer than the rest.
const folder = temporaryFolder();

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGTERM");
    await once(child, "exit");
  }
});
afterAll(() => remove(folder));

function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), "slipway-stack-"));
  chmodSync(path, 0o711);
  return path;
}

function anotherFolder(): string {
  const path = temporaryFolder();
  onTestFinished(() => remove(path));
  return path;
}

function remove(path: string): void {
  rmSync(outsideFolder(join(path, "postgres")), { recursive: true, force: true });
  rmSync(path, { recursive: true, force: true });
}

function launch(args = ["--any-ports"], data = folder): ChildProcess {
  const child = spawn(nodePath(), ["local/main.ts", "--data", data, ...args], {
    cwd: root,
    stdio: ["pipe", "pipe", "pipe"],
  });
  children.push(child);
  return child;
}

async function start(
  args?: string[],
  data?: string,
): Promise<{ child: ChildProcess; report: Report }> {
  const child = launch(args, data);
  child.stderr?.resume();
  if (!child.stdout) throw new Error("The stack has no output.");
  let report: Report | undefined;
  for await (const line of createInterface({ input: child.stdout }))
    if (!report) report = JSON.parse(line) as Report;
    else if (line === "ready") return { child, report };
  throw new Error("The stack ended before it was ready.");
}

async function canLogIn(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  return client.connect().then(
    () => client.end().then(() => true),
    () => false,
  );
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

async function redis({ variables }: Report, ...command: string[]): Promise<unknown> {
  const response = await fetch(`${variables.UPSTASH_REDIS_REST_URL}/${command.join("/")}`, {
    headers: { authorization: `Bearer ${variables.UPSTASH_REDIS_REST_TOKEN}` },
  });
  return ((await response.json()) as { result: unknown }).result;
}

/** The redis-server of the stack on a folder, as its lock notes it. */
function redisOf(data: string): ProcessId {
  const lock = JSON.parse(readFileSync(join(data, "stack.lock"), "utf8")) as {
    children: ProcessId[];
  };
  const [server] = lock.children;
  if (!server?.command?.includes("redis-server")) throw new Error("There is no redis-server.");
  return server;
}

test("everything it reports answers, and its page lists it", async () => {
  const { report } = await start();
  const page = await fetch(report.urls.stack);
  const html = await page.text();
  for (const address of [report.urls.site, report.urls.stripe, `${report.urls.stack}/mail`])
    expect(html).toContain(address);
  for (const path of ["/mail", "/errors", "/faults"])
    expect((await fetch(report.urls.stack + path)).status).toBe(200);
  expect((await fetch(report.urls.stripe)).status).toBe(200);
  expect(await canLogIn(report.urls.database.app)).toBe(true);
});

test("its secrets are random, kept, and readable by their owner only", async () => {
  const first = await start();
  first.child.kill("SIGTERM");
  await once(first.child, "exit");
  const second = await start();
  const other = await start(undefined, anotherFolder());
  expect(second.report.variables.JWT_SECRET).toBe(first.report.variables.JWT_SECRET);
  expect(other.report.variables.JWT_SECRET).not.toBe(first.report.variables.JWT_SECRET);
  if (process.platform !== "win32")
    expect(statSync(join(folder, "secrets.json")).mode & 0o777).toBe(0o600);
});

test("a page of the web that points its own name here gets nothing", async () => {
  const { report } = await start();
  const { port } = new URL(report.urls.stack);
  const request = get({
    port,
    host: "127.0.0.1",
    path: "/mail",
    headers: { host: "other.example" },
  });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  response.resume();
  expect(response.statusCode).toBe(404);
});

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s stops all of it", async (signal) => {
  const { child, report } = await start();
  child.kill(signal);
  expect(await once(child, "exit")).toEqual([0, null]);
  expect(await canLogIn(report.urls.database.app)).toBe(false);
  expect(existsSync(join(folder, "stack.lock"))).toBe(false);
});

test("it stops when the process that started it is gone", async () => {
  const { child, report } = await start();
  child.stdin?.destroy();
  expect(await once(child, "exit")).toEqual([0, null]);
  expect(await canLogIn(report.urls.database.app)).toBe(false);
});

test("after kill -9 the next start stops the leftover PostgreSQL, and keeps its port and the errors", async () => {
  const ports = await choosePorts({ shop: 0, http: 0, stripe: 0, postgres: 0, smtp: 0 });
  const args = Object.entries(ports).flatMap(([name, port]) => ["--port", `${name}=${port}`]);
  const first = await start(args);
  const body = '{}\n{"type":"event"}\n{"message":"kept"}';
  await fetch(`${first.report.urls.stack}/api/1/envelope/`, { method: "POST", body });
  await kill(first.child);
  expect(await canLogIn(first.report.urls.database.app)).toBe(true);
  const second = await start(args);
  expect(second.report.moves).toEqual([]);
  expect(second.report.urls).toEqual(first.report.urls);
  const errors = await fetch(`${second.report.urls.stack}/errors/api`);
  expect(await errors.json()).toMatchObject([{ message: "kept" }]);
  expect(await canLogIn(second.report.urls.database.app)).toBe(true);
});

test.runIf(findRedisServer())(
  "after kill -9 the next start and a reset stop the leftover redis-server (needs one on the PATH)",
  async () => {
    const data = anotherFolder();
    const first = await start(undefined, data);
    expect(await redis(first.report, "set", "kept", "yes")).toBe("OK");
    const leftover = redisOf(data);
    await kill(first.child);
    expect(isRunning(leftover)).toBe(true);

    const second = await start(undefined, data);
    expect(isRunning(leftover)).toBe(false);
    expect(await redis(second.report, "get", "kept")).toBe("yes");
    const another = redisOf(data);
    await kill(second.child);
    expect(isRunning(another)).toBe(true);
    expect(await once(launch(["--reset"], data), "exit")).toEqual([0, null]);
    expect(isRunning(another)).toBe(false);
    expect(existsSync(data)).toBe(false);
  },
);

test("after kill -9 what has got the number of a leftover since is left alone", async () => {
  const stranger = spawn(nodePath(), ["--eval", "process.stdin.resume()"]);
  children.push(stranger);
  await once(stranger, "spawn");
  const data = anotherFolder();
  const gone = { pid: stranger.pid ?? 0, command: "redis-server 127.0.0.1:6379" };
  const lock = { pid: 2 ** 22 + 1, command: "node local/main.ts", children: [gone] };
  writeFileSync(join(data, "stack.lock"), JSON.stringify(lock));
  expect(await once(launch(["--reset"], data), "exit")).toEqual([0, null]);
  expect(existsSync(data)).toBe(false);
  expect([stranger.exitCode, stranger.signalCode]).toEqual([null, null]);
});

test("after kill -9 a reset stops the leftover PostgreSQL, and removes what was kept", async () => {
  const data = anotherFolder();
  const { child, report } = await start(undefined, data);
  await kill(child);
  expect(await canLogIn(report.urls.database.app)).toBe(true);
  expect(await once(launch(["--reset"], data), "exit")).toEqual([0, null]);
  expect(await canLogIn(report.urls.database.app)).toBe(false);
  expect(existsSync(data)).toBe(false);
});

test("a second start on the same data is refused in one sentence, and the first goes on", async () => {
  const { report } = await start();
  const second = launch();
  const errors = second.stderr?.setEncoding("utf8").toArray();
  expect(await once(second, "exit")).toEqual([1, null]);
  expect((await errors)?.join("")).toMatch(/^The local services already run on [^\n]+\n$/);
  expect((await fetch(report.urls.stack)).status).toBe(200);
});

test("a busy port moves to a free one and says so; with --strict it is refused", async () => {
  const ports = await choosePorts({ shop: 0, http: 0, stripe: 0, postgres: 0, smtp: 0 });
  const args = Object.entries(ports).flatMap(([name, port]) => ["--port", `${name}=${port}`]);
  const occupant = createServer().listen(ports.http, "127.0.0.1");
  await once(occupant, "listening");
  const { report } = await start(args);
  expect(new URL(report.urls.stack).port).not.toBe(String(ports.http));
  expect(report.moves).toEqual([expect.stringContaining(`Port ${ports.http} is busy`)]);
  const strict = launch([...args, "--strict"], anotherFolder());
  const errors = strict.stderr?.setEncoding("utf8").toArray();
  expect(await once(strict, "exit")).toEqual([1, null]);
  expect((await errors)?.join("")).toMatch(/Port \d+ \(\w+\) is in use/);
  occupant.close();
});
