import { setTimeout as pause } from "node:timers/promises";
import { delayStack, type DelayedStack } from "./delays.ts";
import type { Line } from "./lines.ts";
import { askOnce, type Target } from "./load.ts";
import { serveShop } from "./server.ts";
import type { Bench } from "./stack.ts";
import { signIn } from "./visitor.ts";

const DELAYS_MS = [0, 20, 60];
const REPEATS = 5;
// What is told behind the response still comes.
const AFTER_MS = 100;

interface Page {
  name: string;
  path: string;
  database: number;
  redis: number;
  isSignedIn?: boolean;
}

const PAGES: Page[] = [
  { name: "home", path: "/", database: 0, redis: 0 },
  { name: "catalogue", path: "/courses", database: 0, redis: 0 },
  { name: "search", path: "/courses?q=redis", database: 1, redis: 1 },
  { name: "course", path: "/courses/production-deployment", database: 0, redis: 1 },
  { name: "sign in", path: "/sign-in", database: 0, redis: 0 },
  {
    name: "course, signed in",
    path: "/courses/redis-beyond-caching",
    database: 1,
    redis: 1,
    isSignedIn: true,
  },
  { name: "my courses", path: "/learn", database: 1, redis: 1, isSignedIn: true },
  { name: "account", path: "/account", database: 1, redis: 1, isSignedIn: true },
  { name: "JSON", path: "/api/health/live", database: 0, redis: 0 },
];

/**
 * Round trips of each page to the database and to Redis: all of them counted, and those that the visitor waits for in sequence, by
 * how much the page's time grows with each call's. Caches are warm.
 */
export async function measureRoundTrips(bench: Bench): Promise<Line[]> {
  const { NEON_BRIDGE_URL = "" } = bench.variables;
  const stack = await delayStack(NEON_BRIDGE_URL);
  const shop = await serveShop(bench, {
    NEON_BRIDGE_URL: stack.url,
    UPSTASH_REDIS_REST_URL: `${stack.url}/redis`,
  });
  try {
    const cookie = await signIn(shop.url, bench.demoPassword);
    const lines: Line[] = [];
    for (const page of PAGES) {
      const headers = page.isSignedIn ? { Cookie: cookie } : {};
      lines.push(...(await measurePage(page, { url: shop.url, path: page.path, headers }, stack)));
    }
    return lines;
  } finally {
    await shop.stop();
    stack.close();
  }
}

async function measurePage(page: Page, target: Target, stack: DelayedStack): Promise<Line[]> {
  await askOnce(target);
  const all = await countCalls(target, stack);
  const lines: Line[] = [];
  for (const service of ["database", "redis"] as const) {
    const growth = await growthOf(target, stack, service);
    const line = {
      part: "server",
      name: `${page.name}: ${service}, in sequence`,
      unit: "",
    } as const;
    lines.push({
      ...line,
      values: [Math.max(0, Math.round(growth))],
      budget: page[service],
      note: `${growth.toFixed(2)}; ${all[service]} in all`,
    });
  }
  return lines;
}

async function countCalls(target: Target, stack: DelayedStack): Promise<DelayedStack["calls"]> {
  await pause(AFTER_MS);
  const before = { ...stack.calls };
  await askOnce(target);
  await pause(AFTER_MS);
  const { database, redis } = stack.calls;
  return { database: database - before.database, redis: redis - before.redis };
}

/** The slope of the page's time over the delay of each call of the service. */
async function growthOf(
  target: Target,
  { delays }: DelayedStack,
  service: "database" | "redis",
): Promise<number> {
  const times: number[] = [];
  for (const delay of DELAYS_MS) {
    delays[service] = delay;
    const repeats: number[] = [];
    for (let repeat = 0; repeat < REPEATS; repeat++) repeats.push(await askOnce(target));
    // The least of them: whatever else the machine does can only add to it.
    times.push(Math.min(...repeats));
  }
  delays[service] = 0;
  return slope(DELAYS_MS, times);
}

function slope(xs: number[], ys: number[]): number {
  const mean = (values: number[]): number => values.reduce((sum, one) => sum + one) / values.length;
  const [meanX, meanY] = [mean(xs), mean(ys)];
  const products = xs.map((x, index) => (x - meanX) * ((ys[index] ?? 0) - meanY));
  const squares = xs.map((x) => (x - meanX) ** 2);
  return mean(products) / mean(squares);
}
