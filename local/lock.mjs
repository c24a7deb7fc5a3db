// Plain JavaScript: scripts/start.mjs needs it before anything is installed.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { identify, isRunning } from "./processes.mjs";

/** @typedef {import("./processes.mjs").ProcessId} ProcessId */

/**
 * Makes this process the holder of the lock file. `children` are the processes that a holder who
 * was killed left behind; `remember` notes one of ours for the same purpose. Throws Error(message) when a living process
 * holds the file.
 * @param {string} path
 * @param {string} message
 */
export function lockFile(path, message) {
  // May be entered, not listed: PostgreSQL's account needs a folder inside.
  mkdirSync(dirname(path), { recursive: true, mode: 0o711 });
  /** @type {ProcessId[]} */
  let leftovers = [];
  const self = identify();
  if (!tryCreate(path, self)) {
    const holder = read(path);
    if (holder && isRunning(holder)) throw new Error(message);
    leftovers = (holder?.children ?? []).filter(isRunning);
    rmSync(path, { force: true });
    if (!tryCreate(path, self)) throw new Error(message);
  }
  /** @type {ProcessId[]} */
  let children = [...leftovers];
  return {
    children: leftovers,
    /** @param {number} pid */
    remember(pid) {
      children = [...children.filter(isRunning), identify(pid)];
      writeFileSync(`${path}.new`, JSON.stringify({ ...self, children }), { mode: 0o600 });
      renameSync(`${path}.new`, path);
    },
    release() {
      rmSync(path, { force: true });
    },
  };
}

/**
 * @param {string} path
 * @param {ProcessId} self
 */
function tryCreate(path, self) {
  try {
    writeFileSync(path, JSON.stringify({ ...self, children: [] }), { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/**
 * @param {string} path
 * @returns {(ProcessId & { children: ProcessId[] }) | null}
 */
function read(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}
