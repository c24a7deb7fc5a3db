// Plain JavaScript: scripts/start.mjs and scripts/test.mjs import it on Node 20.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, openSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { stopProcess } from "../local/processes.mjs";
import { childEnvironment, nodePath, root } from "./steps.mjs";

const STOP_TIMEOUT_MS = 10_000;

/**
 * What local/main.ts reports when its ports are chosen.
 * @typedef {{
 *   urls: { site: string, stack: string, mail: string, errors: string, faults: string, stripe: string },
 *   variables: Record<string, string>,
 *   demo: { password: string, accounts: { email: string, what: string }[] },
 *   moves: string[],
 * }} StackReport
 */

/**
 * Starts the local stack as a process of its own, which ends with this one. `planned` resolves with
 * its report when the ports are chosen and `ready` with the same when every service answers; both
 * throw the sentence with which it refused.
 * @param {string} logPath
 * @param {string[]} [args]
 */
export function spawnStack(logPath, args = []) {
  mkdirSync(dirname(logPath), { recursive: true });
  const child = spawn(nodePath(), [join(root, "local", "main.ts"), ...args], {
    cwd: root,
    env: childEnvironment(),
    // Its stdin closes when we die, however we die: then it stops by itself.
    stdio: ["pipe", "pipe", openSync(logPath, "w", 0o600)],
    detached: process.platform !== "win32",
    windowsHide: true,
  });
  const lines = readLines(child, logPath);
  const planned = lines.next().then(takeReport);
  const ready = planned.then(async (report) => {
    await lines.next();
    return report;
  });
  // Whoever waits for one of them alone hears of the other's failure there.
  for (const each of [planned, ready]) each.catch(() => undefined);
  return { child, planned, ready };
}

/**
 * Asks the stack to stop and resolves when it is gone.
 * @param {import("node:child_process").ChildProcess} child
 */
export async function stopStack(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.stdin?.end();
  const force = setTimeout(
    () => void stopProcess({ pid: child.pid ?? 0, command: null }),
    STOP_TIMEOUT_MS,
  );
  await gone;
  clearTimeout(force);
}

/** @param {IteratorResult<string, never>} line */
function takeReport({ value }) {
  const report = /** @type {StackReport} */ (JSON.parse(value));
  for (const move of report.moves) process.stdout.write(`\r  ! ${move}\n`);
  return report;
}

/**
 * What the stack prints; throws its last words when it ends.
 * @param {import("node:child_process").ChildProcess} child
 * @param {string} logPath
 * @returns {AsyncGenerator<string, never>}
 */
async function* readLines(child, logPath) {
  if (!child.stdout) throw new Error("The local services have no output.");
  yield* createInterface({ input: child.stdout });
  const reason = readFileSync(logPath, "utf8").trim().split("\n").at(-1);
  throw new Error(reason || `The local services did not start: see ${logPath}.`);
}
