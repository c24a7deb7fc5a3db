import { DependencyError } from "#lib/errors.ts";
import { rememberLatest } from "#lib/remember-latest.ts";
import type { RedisService } from "./redis.ts";

export interface CacheOptions {
  /** For so long a copy is served without asking the source. */
  freshSeconds: number;
  /** For so long a copy is kept, to be served when the source gives no answer. */
  staleSeconds: number;
  /** Milliseconds since 1970; the clock of this machine by default. */
  now?: () => number;
}

export interface Cached<Value> {
  value: Value;
  /** The source gave no answer: this is the last copy that is known. */
  isStale: boolean;
}

/** One Redis key per value and one for what is known of its freshness. */
type Marker = "fresh" | "loading" | "down";
interface Copy {
  value: unknown;
  marker: Marker | null;
  /** This caller, and no other for a few seconds, is to ask the source. */
  isOurs: boolean;
}

const PREFIX = "cache:v1:";
const MAX_BYTES = 100_000;
// Longer than a database read may take with its retry, short enough to notice that it is back.
const LOADING_SECONDS = 4;
const MEMORY_MS = 5_000;
const MEMORY_ENTRIES = 200;

// Plain text and a time, never a promise: a request must not wait for what another one began.
const memory = new Map<string, { json: string; storedAt: number }>();

/**
 * The value from this isolate's memory (5 seconds), from Redis (one round trip) or from `load`,
 * whose answer is kept. While one caller loads an expired value the others get the former copy.
 * Without the source (DependencyError) the last copy is given as stale; without Redis every call
 * loads. `parse` checks what is read back and throws when it no longer fits. A null is not kept.
 * Throws what `load` throws when there is no copy either.
 */
export async function cached<Value>(
  redis: RedisService,
  key: string,
  options: CacheOptions,
  load: () => Promise<Value>,
  parse: (stored: unknown) => NonNullable<Value>,
): Promise<Cached<Value>> {
  const now = options.now ?? Date.now;
  const near = parseOrNull(recall(key, now()), parse);
  if (near !== null) return { value: near, isStale: false };
  const copy = await read(redis, key);
  const kept = parseOrNull(copy?.value, parse);
  if (copy && kept !== null && !copy.isOurs) {
    if (copy.marker === "fresh") remember(key, JSON.stringify(kept), now());
    return { value: kept, isStale: copy.marker === "down" };
  }
  try {
    const value = await load();
    if (copy && value !== null) await store(redis, key, value, options, now());
    return { value, isStale: false };
  } catch (error) {
    if (!(error instanceof DependencyError) || kept === null) throw error;
    await mark(redis, key, "down", LOADING_SECONDS);
    return { value: kept, isStale: true };
  }
}

/** Forgets the values at these keys, here and in Redis; other isolates do within five seconds. */
export async function invalidate(redis: RedisService, keys: string[]): Promise<void> {
  for (const key of keys) memory.delete(key);
  const names = keys.flatMap((key) => [valueKey(key), markerKey(key)]);
  await redis.run((client) => client.del(...names));
}

/** Empties the memory of this isolate, as a new one would begin. */
export function forgetEverything(): void {
  memory.clear();
}

// One round trip, also when the value has expired: the marker is the lock of whoever sets it.
async function read(redis: RedisService, key: string): Promise<Copy | null> {
  return withoutFailing(() =>
    redis.run(async (client) => {
      const [value, marker, isOurs] = await client
        .pipeline()
        .get(valueKey(key))
        .get<Marker>(markerKey(key))
        .set(markerKey(key), "loading" satisfies Marker, { nx: true, ex: LOADING_SECONDS })
        .exec<[unknown, Marker | null, "OK" | null]>();
      return { value, marker, isOurs: isOurs === "OK" };
    }),
  );
}

async function store(
  redis: RedisService,
  key: string,
  value: unknown,
  { freshSeconds, staleSeconds }: CacheOptions,
  now: number,
): Promise<void> {
  const json = JSON.stringify(value);
  if (new TextEncoder().encode(json).length > MAX_BYTES) return;
  remember(key, json, now);
  await withoutFailing(() =>
    redis.run((client) =>
      client
        .pipeline()
        .set(valueKey(key), json, { ex: staleSeconds })
        .set(markerKey(key), "fresh" satisfies Marker, { ex: freshSeconds })
        .exec(),
    ),
  );
}

async function mark(
  redis: RedisService,
  key: string,
  marker: Marker,
  seconds: number,
): Promise<void> {
  await withoutFailing(() =>
    redis.run((client) => client.set(markerKey(key), marker, { ex: seconds })),
  );
}

// Whatever is wrong with the cache, a page that the source can answer must not fail for it.
async function withoutFailing<Answer>(call: () => Promise<Answer>): Promise<Answer | null> {
  try {
    return await call();
  } catch {
    return null;
  }
}

function recall(key: string, now: number): unknown {
  const entry = memory.get(key);
  if (!entry) return null;
  if (now - entry.storedAt < MEMORY_MS) return JSON.parse(entry.json);
  memory.delete(key);
  return null;
}

function remember(key: string, json: string, now: number): void {
  rememberLatest(memory, key, { json, storedAt: now }, MEMORY_ENTRIES);
}

function parseOrNull<Value>(
  stored: unknown,
  parse: (stored: unknown) => NonNullable<Value>,
): NonNullable<Value> | null {
  if (stored === null || stored === undefined) return null;
  try {
    return parse(stored);
  } catch {
    return null;
  }
}

function valueKey(key: string): string {
  return `${PREFIX}${key}`;
}

function markerKey(key: string): string {
  return `${PREFIX}${key}:state`;
}
