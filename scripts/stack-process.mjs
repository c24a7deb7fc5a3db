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
 * What local/main.ts reports when it is ready.
 * @typedef {{
 *   urls: { site: string, stack: string, mail: string, errors: string, faults: string, stripe: string },
 *   variables: Record<string, string>,
 *   demo: { password: string, accounts: { email: string, what: string }[] },
 *   moves: string[],
 * }} StackReport
 */

/**
 * Starts the local stack as a process of its own, which ends with this one. `ready` resolves with
 * its report, or throws the sentence with which it refused.
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
  return { child, ready: readReport(child, logPath) };
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

/**
 * @param {import("node:child_process").ChildProcess} child
 * @param {string} logPath
 * @returns {Promise<StackReport>}
 */
async function readReport(child, logPath) {
  if (!child.stdout) throw new Error("The local services have no output.");
  for await (const line of createInterface({ input: child.stdout })) {
    const report = /** @type {StackReport} */ (JSON.parse(line));
    for (const move of report.moves) process.stdout.write(`\r  ! ${move}\n`);
    return report;
  }
  const reason = readFileSync(logPath, "utf8").trim().split("\n").at(-1);
  throw new Error(reason || `The local services did not start: see ${logPath}.`);
}
