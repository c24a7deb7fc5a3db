// Plain JavaScript: scripts/start.mjs needs it before anything is installed.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { identify, isRunning } from "./processes.mjs";

/** @typedef {import("./processes.mjs").ProcessId} ProcessId */
/** @typedef {ProcessId & { children: ProcessId[] }} Holder */

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
  if (!tryCreate(path, { ...self, children: [] })) {
    const holder = read(path);
    if (holder && isRunning(holder)) throw new Error(message);
    leftovers = (holder?.children ?? []).filter(isRunning);
    rmSync(path, { force: true });
    // They are ours from now on, if we are killed before we stopped them.
    if (!tryCreate(path, { ...self, children: leftovers })) throw new Error(message);
  }
  /** @type {ProcessId[]} */
  let children = [...leftovers];
  return {
    children: leftovers,
    /** @param {number} pid */
    remember(pid) {
      children = [...children, identify(pid)].filter(isRunning);
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
 * @param {Holder} holder
 */
function tryCreate(path, holder) {
  try {
    writeFileSync(path, JSON.stringify(holder), { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/**
 * @param {string} path
 * @returns {Holder | null}
 */
function read(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}
