import type { State } from "./ledger.ts";

/** How the state was before its last changes. */
export interface History {
  /** Notes what has changed since it was last called. */
  observe(): void;
  /** The states before the present one, the latest first. Not to be changed. */
  past(): Iterable<State>;
}

/** One version of a kept object; before its first one the object was not there. */
interface Version {
  since: number;
  json: string;
}

// The objects of a test, or of an hour of use; older ones do not change any more.
const WATCHED_OBJECTS = 50;
const KEPT_CHANGES = 100;
// Beyond this, objects that have not changed lately are forgotten.
const MOST_KNOWN = 1_000;
// They are facts of their own time, not objects that change.
const NOT_WATCHED = new Set(["events", "answers", "deliveries"]);

/** Watches the newest objects of each kind. */
export function createHistory(state: State): History {
  const versions = new Map<string, Version[]>();
  let change = 0;

  function observe(): void {
    const next = change + 1;
    for (const [key, value] of listWatched(state)) {
      const known = versions.get(key) ?? [];
      const json = JSON.stringify(value);
      if (known.at(-1)?.json === json) continue;
      known.push({ since: next, json });
      const firstNeeded = known.findLastIndex(({ since }) => since <= next - KEPT_CHANGES);
      versions.set(key, known.slice(Math.max(0, firstNeeded)));
      change = next;
    }
    if (versions.size > MOST_KNOWN) forgetSettled(change - KEPT_CHANGES);
  }

  /** Forgets what is not watched and has not changed since: it is then shown as it is. */
  function forgetSettled(moment: number): void {
    const watched = new Set(Array.from(listWatched(state), ([key]) => key));
    for (const [key, known] of versions)
      if (!watched.has(key) && (known.at(-1)?.since ?? 0) < moment) versions.delete(key);
  }

  function stateAt(moment: number): State {
    const copy = { ...state } as Record<string, unknown>;
    for (const [name, kept] of Object.entries(state) as [string, unknown][])
      if (kept instanceof Map && !NOT_WATCHED.has(name)) copy[name] = new Map(kept);
    for (const [key, known] of versions) {
      const [name = "", id = ""] = key.split(" ");
      const json = known.findLast(({ since }) => since <= moment)?.json ?? null;
      const things = copy[name] as Map<string, unknown>;
      if (json === null) things.delete(id);
      else things.set(id, JSON.parse(json));
    }
    return copy as unknown as State;
  }

  return {
    observe,
    *past() {
      observe();
      const oldest = Math.max(1, change - KEPT_CHANGES);
      for (let moment = change - 1; moment >= oldest; moment -= 1) yield stateAt(moment);
    },
  };
}

function* listWatched(state: State): Iterable<[string, unknown]> {
  for (const [name, kept] of Object.entries(state) as [string, unknown][]) {
    if (!(kept instanceof Map) || NOT_WATCHED.has(name)) continue;
    const skipped = kept.size - WATCHED_OBJECTS;
    let index = 0;
    for (const [id, value] of kept as Map<string, unknown>) {
      if (index >= skipped) yield [`${name} ${id}`, value];
      index += 1;
    }
  }
}
