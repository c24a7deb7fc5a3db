import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FILE = "running.json";

/** What a running stack tells the scripts that are started beside it. */
export interface RunningStack {
  variables: Record<string, string>;
  demoPassword: string;
}

/** Leaves the note in the data folder, readable by its owner only; gives what removes it. */
export function noteRunningStack(dataFolder: string, stack: RunningStack): () => void {
  const path = join(dataFolder, FILE);
  writeFileSync(path, JSON.stringify(stack), { mode: 0o600 });
  return () => rmSync(path, { force: true });
}

/** The stack of `npm start` that runs in this checkout, or null. */
export function findRunningStack(dataFolder = ".data"): RunningStack | null {
  const path = join(dataFolder, FILE);
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as RunningStack) : null;
}
