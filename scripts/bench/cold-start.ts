import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { median, type Line } from "./lines.ts";
import { askOnce } from "./load.ts";
import { serveBaseline, serveShop } from "./server.ts";
import type { Bench } from "./stack.ts";

// The budget in milliseconds over the floor's: 150 over 75.
const HIGHEST_START = 2;
const HIGHEST_FIRST_HIT_MS = 40;
// A start takes a quarter of a second, and varies by as much: a few more pairs say more.
const PAIRS_PER_RUN = 3;
// Decision 8.
const HIGHEST_BYTES = 524_288;

/**
 * From the start of the process to its first answer, and the first page that asks the database after it, which carries
 * what is done once per isolate. The start is judged by the baseline's: both are mostly workerd's own.
 */
export async function measureColdStart(
  bench: Bench,
  cookie: string,
  runs: number,
): Promise<Line[]> {
  const starts: number[] = [];
  const floors: number[] = [];
  const hits: number[] = [];
  for (let run = 0; run < runs * PAIRS_PER_RUN; run++) {
    const shop = await serveShop(bench);
    starts.push(shop.startMs);
    hits.push(await askOnce({ url: shop.url, path: "/learn", headers: { Cookie: cookie } }));
    await shop.stop();
    const baseline = await serveBaseline(bench);
    floors.push(baseline.startMs);
    await baseline.stop();
  }
  const timed = { part: "server", unit: "ms", isTimed: true } as const;
  return [
    {
      ...timed,
      name: "cold start: to the first answer",
      unit: "×",
      values: starts.map((start, run) => start / (floors[run] ?? 1)),
      budget: HIGHEST_START,
      note: `${Math.round(median(starts))} ms, baseline ${Math.round(median(floors))}`,
    },
    {
      ...timed,
      name: "cold start: first page with a query",
      values: hits,
      budget: HIGHEST_FIRST_HIT_MS,
    },
  ];
}

/** What is uploaded, compressed as Cloudflare counts it. */
export function measureBundle({ shop }: Bench): Line {
  const files = readdirSync(shop.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
  const bytes = gzipSync(Buffer.concat(files), { level: 9 }).length;
  return {
    part: "server",
    name: "the Worker, gzip",
    unit: "B",
    values: [bytes],
    budget: HIGHEST_BYTES,
  };
}
