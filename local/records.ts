import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "./replace-file.ts";

interface Kept<T> {
  path: string | null;
  record: T;
}

/**
 * Records in the order they came, each kept as a file when there is a folder. Those over `limit`
 * are forgotten, the oldest first.
 */
export function openRecords<T>(folder: string | null, limit = Infinity) {
  const kept = folder ? (load(folder) as Kept<T>[]) : [];
  let added = 0;

  function forget(count: number): void {
    for (const { path } of kept.splice(0, count)) if (path) rmSync(path, { force: true });
  }

  return {
    list: (): T[] => kept.map(({ record }) => record),
    add(record: T): void {
      added += 1;
      // Names in the order of time, also of those that came in the same millisecond.
      const name = `${Date.now()}-${String(added).padStart(6, "0")}.json`;
      const path = folder && join(folder, name);
      kept.push({ path, record });
      if (path) replaceFile(path, JSON.stringify(record));
      forget(Math.max(0, kept.length - limit));
    },
    clear: () => forget(kept.length),
  };
}

function load(folder: string): Kept<unknown>[] {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => join(folder, name))
    .map((path) => ({ path, record: JSON.parse(readFileSync(path, "utf8")) as unknown }));
}
