// Plain JavaScript: scripts/start.mjs needs it before anything is installed.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

/** @typedef {{ pid: number, command: string | null }} ProcessId */

/**
 * This process, so that a later run can tell it from another one that got the same number.
 * @param {number} [pid]
 * @returns {ProcessId}
 */
export function identify(pid = process.pid) {
  return { pid, command: commandOf(pid) };
}

/**
 * Whether the process that was identified is still the one running under its number.
 * @param {ProcessId} id
 * @returns {boolean}
 */
export function isRunning(id) {
  if (!isAlive(id.pid)) return false;
  const command = commandOf(id.pid);
  if (process.platform === "win32") return true;
  return command !== null && (id.command === null || command === id.command);
}

/**
 * Stops the process and, where it leads a process group, its whole group: first politely, then
 * by force after `graceMs`. Returns when it is gone.
 * @param {ProcessId} id
 * @param {number} [graceMs]
 * @returns {Promise<void>}
 */
export async function stopProcess(id, graceMs = 8000) {
  if (!isRunning(id)) return;
  if (process.platform === "win32") {
    execFileSync("taskkill", ["/PID", String(id.pid), "/T", "/F"], { stdio: "ignore" });
    return;
  }
  signal(id.pid, "SIGTERM");
  for (const deadline = Date.now() + graceMs; isRunning(id) && Date.now() < deadline;)
    await pause(25);
  signal(id.pid, "SIGKILL");
  for (const deadline = Date.now() + 2000; isRunning(id) && Date.now() < deadline;) await pause(25);
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} name
 */
function signal(pid, name) {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, name);
      return;
    } catch {
      // No such group, or already gone.
    }
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists, under another account.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/**
 * The command line, or null when there is none: a process that has ended but was not yet reaped,
 * or a platform without a way to ask.
 * @param {number} pid
 * @returns {string | null}
 */
function commandOf(pid) {
  try {
    if (process.platform === "linux")
      return (
        readFileSync(`/proc/${String(pid)}/cmdline`, "utf8")
          .replaceAll("\0", " ")
          .trim() || null
      );
    if (process.platform === "win32") return null;
    return (
      execFileSync("ps", ["-p", String(pid), "-o", "command="], { encoding: "utf8" }).trim() || null
    );
  } catch {
    return null;
  }
}
