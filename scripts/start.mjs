// `npm start` and `npm run dev`. Plain JavaScript: it runs on Node 20, before anything is installed.
import { statfsSync } from "node:fs";
import { join } from "node:path";
import { lockFile } from "../local/lock.mjs";
import { stopProcess } from "../local/processes.mjs";
import { buildShop } from "./build-shop.mjs";
import { install, isInstalled } from "./install.mjs";
import { findProblem, isMusl } from "./preflight.mjs";
import { shopAnswers, spawnShop } from "./serve-shop.mjs";
import { spawnStack, stopStack } from "./stack-process.mjs";
import { childEnvironment, nodePath, root, run, step } from "./steps.mjs";

const HELP = `npm start [-- --reset]        the whole shop: the production build and every service it needs
npm run dev [-- --reset]      the same with hot reload

  --reset   begins anew: removes the local data (.data) first
  --help    this text

DEPLOY_TARGET=workers serves the Workers build in place of the Pages build.`;

const FLAGS = ["--dev", "--reset", "--help"];
const LOGS = join(root, ".data", "logs");
const SEEDED = join(root, ".data", "seeded");

/** @type {(() => Promise<void>)[]} What to stop, the last started first. */
const running = [];
const stopping = new AbortController();

main().catch(async (error) => {
  if (!stopping.signal.aborted) process.stderr.write(`\n${error.message}\n`);
  await stopEverything(stopping.signal.aborted ? 0 : 1);
});

async function main() {
  const flags = process.argv.slice(2);
  const unknown = flags.find((flag) => !FLAGS.includes(flag));
  if (unknown) throw new Error(`There is no option ${unknown}.\n\n${HELP}`);
  if (flags.includes("--help")) return void process.stdout.write(`${HELP}\n`);
  const problem = findProblem(describeMachine());
  if (problem) throw new Error(problem);
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]))
    process.on(signal, () => void stopEverything(0));

  const isDev = flags.includes("--dev");
  const startedAt = Date.now();
  const lock = await claimCheckout();
  process.stdout.write(`Slipway\n`);
  await step("Packages", () => install(stopping.signal));
  if (flags.includes("--reset"))
    await step("Local data removed", () => runScript("local/main.ts", ["--reset"]));
  const { planned, ready } = startStack(lock);
  const stack = await planned;
  const variables = { ...stack.variables, DEMO_PASSWORD: stack.demo.password };
  const kind = isDev ? "dev" : process.env.DEPLOY_TARGET === "workers" ? "workers" : "pages";
  // The build needs nothing and the server of the shop the addresses alone: they begin beside the services.
  const database = begin(ready, () => runScript("scripts/db.ts", ["migrate"], variables));
  const seed = ["seed", "--stamp", SEEDED];
  const seeding = begin(database, () => runScript("scripts/db.ts", seed, variables));
  const build = begin(planned, () => (kind === "dev" ? undefined : buildShop(stopping.signal)));
  const shop = begin(build, () => startShop(lock, kind, stack));
  await step("Local services", () => ready);
  await step("Database", () => database);
  if (kind !== "dev") await step("Production build", () => build);
  await step("Courses and accounts", () => seeding);
  await step("Shop", () => shop);
  printAddresses(stack, Date.now() - startedAt);
}

/**
 * Does the work when what it needs is there, unless all is being stopped. Its failure is told by whoever waits for it, which may be later.
 * @template T
 * @param {Promise<unknown>} needed
 * @param {() => T | Promise<T>} work
 * @returns {Promise<T>}
 */
function begin(needed, work) {
  const begun = needed.then(() => {
    stopping.signal.throwIfAborted();
    return work();
  });
  begun.catch(() => undefined);
  return begun;
}

function describeMachine() {
  const { bavail, bsize } = statfsSync(root);
  return {
    platform: process.platform,
    arch: process.arch,
    isMusl: isMusl(),
    nodeVersion: process.versions.node,
    freeBytes: bavail * bsize,
    isInstalled: isInstalled(),
  };
}

// One start at a time; what a start that was killed left running is stopped before anything else.
async function claimCheckout() {
  const lock = lockFile(
    join(root, ".wrangler", "start.lock"),
    "Slipway already runs from this folder: stop it with Ctrl-C in its terminal first.",
  );
  running.push(async () => lock.release());
  for (const leftover of lock.children) await stopProcess(leftover);
  return lock;
}

/**
 * @param {string} script
 * @param {string[]} args
 * @param {Record<string, string>} [variables]
 */
async function runScript(script, args, variables) {
  const options = { env: childEnvironment(variables), signal: stopping.signal };
  await run(nodePath(), [join(root, script), ...args], options);
}

/** @param {ReturnType<typeof lockFile>} lock */
function startStack(lock) {
  const { child, planned, ready } = spawnStack(join(LOGS, "stack.log"));
  running.push(() => stopStack(child));
  if (child.pid) lock.remember(child.pid);
  const fail = () => failWhileRunning("The local services stopped", "stack.log");
  void ready.then(() => child.once("exit", fail)).catch(() => undefined);
  return { planned, ready };
}

/**
 * @param {ReturnType<typeof lockFile>} lock
 * @param {"pages" | "workers" | "dev"} kind
 * @param {import("./stack-process.mjs").StackReport} stack
 */
async function startShop(lock, kind, stack) {
  const logPath = join(LOGS, "shop.log");
  const port = Number(new URL(stack.urls.site).port);
  const child = spawnShop({ kind, port, variables: stack.variables, logPath });
  const id = { pid: child.pid ?? 0, command: null };
  running.push(() => stopProcess(id));
  if (child.pid) lock.remember(child.pid);
  await shopAnswers(child, stack.urls.site, logPath);
  child.once("exit", () => failWhileRunning("The shop stopped", "shop.log"));
}

/**
 * @param {string} sentence
 * @param {string} log
 */
function failWhileRunning(sentence, log) {
  if (stopping.signal.aborted) return;
  process.stderr.write(`\n${sentence} by itself: see .data/logs/${log}.\n`);
  void stopEverything(1);
}

/** @param {number} exitCode */
async function stopEverything(exitCode) {
  if (stopping.signal.aborted && exitCode === 0 && running.length === 0) process.exit(0);
  if (stopping.signal.aborted) return;
  stopping.abort();
  for (const stop of running.reverse()) await stop();
  if (running.length > 0) process.stdout.write("\nStopped.\n");
  process.exit(exitCode);
}

/**
 * @param {import("./stack-process.mjs").StackReport} stack
 * @param {number} durationMs
 */
function printAddresses({ urls, demo }, durationMs) {
  process.stdout.write(`
Ready in ${(durationMs / 1000).toFixed(1)} s. Ctrl-C stops everything.

  Shop           ${urls.site}
  Mailbox        ${urls.mail}
  Local Stripe   ${urls.stripe}
  Errors         ${urls.errors}
  All services   ${urls.stack}

  Demo accounts, both with the password ${demo.password}
${demo.accounts.map(({ email, what }) => `    ${email.padEnd(22)} ${what}`).join("\n")}
`);
}
