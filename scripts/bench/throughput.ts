import { setTimeout as pause } from "node:timers/promises";
import { isUnsteady, type Line } from "./lines.ts";
import { loadPage, RefusedError, type Load } from "./load.ts";
import type { ServedWorker } from "./workerd.ts";

const WARM_UP_MS = 1_000;
const ROUND_MS = 2_000;
// A machine that stood still for half a second opens a breaker: by then it lets requests through again.
const RECOVERED_MS = 10_000;
const SIGNED_IN = "/learn";

interface Pair {
  name: string;
  path: string;
  /** The baseline's page that does the least of the same kind. */
  floor: string;
  cpu: number;
  isSignedIn?: boolean;
}

const PAIRS: Pair[] = [
  { name: "home", path: "/", floor: "/list", cpu: 1.6 },
  { name: "catalogue", path: "/courses", floor: "/list", cpu: 1.6 },
  { name: "course", path: "/courses/production-deployment", floor: "/course", cpu: 1.6 },
  { name: "sign in", path: "/sign-in", floor: "/form", cpu: 1.6 },
  { name: "my courses, signed in", path: SIGNED_IN, floor: "/signed-in", cpu: 2, isSignedIn: true },
  { name: "JSON", path: "/api/health/live", floor: "/json", cpu: 2 },
];
const LEAST_PER_SECOND = 0.6;
const HIGHEST_P50 = 1.7;

/** One round of one page: the load, and what it cost the server. */
interface Round extends Load {
  cpuMsPerRequest: number;
}

/**
 * CPU per request, requests per second, p50 and p95 at eight connections, as a ratio to the baseline's page of the
 * same kind. Rounds alternate between the two, after a warm-up; a page whose CPU or p50 is unsteady has as many rounds again.
 */
export async function measureThroughput(
  shop: ServedWorker,
  baseline: ServedWorker,
  cookie: string,
  runs: number,
): Promise<Line[]> {
  const lines: Line[] = [];
  for (const pair of PAIRS) {
    const headers = pair.isSignedIn ? { Cookie: cookie } : {};
    const ours = { url: shop.url, path: pair.path, headers };
    const floor = { url: baseline.url, path: pair.floor };
    const measure = async (): Promise<[Round, Round][]> => {
      const rounds: [Round, Round][] = [];
      for (let run = 0; run < runs; run++)
        rounds.push([await round(shop, ours, ROUND_MS), await round(baseline, floor, ROUND_MS)]);
      return rounds;
    };
    await round(shop, ours, WARM_UP_MS);
    await round(baseline, floor, WARM_UP_MS);
    let measured = linesOf(pair, await measure());
    if (measured.slice(0, 3).some(isUnsteady)) {
      const again = linesOf(pair, await measure());
      measured = again.map((line, index) => ({
        ...line,
        firstValues: measured[index]?.values ?? [],
      }));
    }
    lines.push(...measured);
    console.log(`  ${pair.name} measured`);
  }
  return lines;
}

/** Once more when the shop refused too many: twice in a row is its own fault, and thrown. */
async function round(
  server: ServedWorker,
  target: Parameters<typeof loadPage>[0],
  durationMs: number,
): Promise<Round> {
  const measure = async (): Promise<Round> => {
    const before = server.cpuMs();
    const load = await loadPage(target, durationMs);
    return { ...load, cpuMsPerRequest: (server.cpuMs() - before) / load.requests };
  };
  return measure().catch(async (error: unknown) => {
    if (!(error instanceof RefusedError)) throw error;
    console.log(`  ${error.message} Once more.`);
    await pause(RECOVERED_MS);
    return measure();
  });
}

function linesOf({ name, path, cpu }: Pair, rounds: [Round, Round][]): Line[] {
  // The budgets of these two lines are about the pages that everybody sees.
  const isPublic = path !== SIGNED_IN && !path.startsWith("/api/");
  const ratios = (pick: (round: Round) => number): number[] =>
    rounds.map(([shop, baseline]) => pick(shop) / pick(baseline));
  const timed = { part: "server", unit: "×", isTimed: true } as const;
  const cpuMs = rounds.map(([shop]) => shop.cpuMsPerRequest.toFixed(2)).join(" ");
  return [
    {
      ...timed,
      name: `${name}: CPU per request`,
      values: ratios((one) => one.cpuMsPerRequest),
      budget: cpu,
      note: `${cpuMs} ms here`,
    },
    {
      ...timed,
      name: `${name}: requests per second`,
      values: ratios((one) => one.perSecond),
      budget: isPublic ? LEAST_PER_SECOND : null,
      isFloor: true,
    },
    {
      ...timed,
      name: `${name}: p50`,
      values: ratios((one) => one.p50Ms),
      budget: isPublic ? HIGHEST_P50 : null,
    },
    { ...timed, name: `${name}: p95`, values: ratios((one) => one.p95Ms), budget: null },
  ];
}
