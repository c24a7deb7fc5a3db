import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { identify, isRunning } from "./processes.mjs";

const FILE = "stack.lock";

/**
 * Makes this process the only one that uses the folder. Gives the function that releases it.
 * Throws when another living process holds it; what a dead one left behind is taken over.
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, FILE);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!tryWrite(path)) {
    const holder = readHolder(path);
    if (holder && isRunning(holder))
      throw new Error(
        `The local stack already runs on ${folder} (process ${holder.pid}): stop it first.`,
      );
    rmSync(path, { force: true });
    if (!tryWrite(path)) throw new Error(`Another start of the local stack is under way.`);
  }
  return () => rmSync(path, { force: true });
}

function tryWrite(path: string): boolean {
  try {
    writeFileSync(path, JSON.stringify(identify()), { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function readHolder(path: string): { pid: number; command: string | null } | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as { pid: number; command: string | null };
  } catch {
    return null;
  }
}
