import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "../replace-file.ts";
import { emptyState, type State } from "./ledger.ts";

const DELAY_MS = 200;

/** Keeps the state in `folder` as JSON. */
export interface Keeper {
  /** Writes soon, once for many changes. */
  changed(): void;
  /** Writes at once what has changed. */
  close(): void;
}

/** The state kept in the folder; an empty one when there is none or no folder. */
export function loadState(folder: string | null): State {
  const state = emptyState();
  if (folder === null) return state;
  let kept: Record<string, unknown>;
  try {
    kept = JSON.parse(readFileSync(file(folder), "utf8")) as Record<string, unknown>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return state;
    throw new Error(`${file(folder)} cannot be read; remove it to start empty.`, { cause: error });
  }
  const loaded = Object.entries(state).map(([name, value]: [string, unknown]) => {
    const own = kept[name] ?? value;
    return [name, value instanceof Map ? new Map(own as [string, unknown][]) : own];
  });
  return Object.assign(state, Object.fromEntries(loaded) as Partial<State>);
}

export function createKeeper(folder: string | null, state: State): Keeper {
  let timer: NodeJS.Timeout | null = null;
  function write(): void {
    if (folder === null || !timer) return;
    clearTimeout(timer);
    timer = null;
    mkdirSync(folder, { recursive: true });
    const text = JSON.stringify(state, (_key, value: unknown) =>
      value instanceof Map ? [...value] : value,
    );
    replaceFile(file(folder), text);
  }
  return {
    changed() {
      if (folder !== null) timer ??= setTimeout(write, DELAY_MS);
    },
    close: write,
  };
}

function file(folder: string): string {
  return join(folder, "stripe.json");
}
