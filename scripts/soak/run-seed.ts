import { setTimeout as pause } from "node:timers/promises";
import { reconcileOrders } from "#lib/orders/reconcile.ts";
import { buyOnce, type BuyerCounts } from "./buyers.ts";
import { compareBooks, type Differences } from "./books.ts";
import { interceptWebhooks, type Deliveries } from "./deliveries.ts";
import { control, openWorld, persist, type World } from "./world.ts";

export interface SoakOptions {
  seed: number;
  orders: number;
  /** How many buyers are in the shop at once. */
  buyers: number;
  variables: Record<string, string>;
  /** Kills the shop without a goodbye and resolves when it answers again. */
  restart: () => Promise<void>;
}

/** What a run did and found. */
export interface SoakReport extends Differences {
  seconds: number;
  kills: number;
  rounds: number;
  buyers: BuyerCounts;
  deliveries: Deliveries["counts"];
}

// One call to Stripe in five goes wrong, each in the ways that Stripe's do.
const FAULTS = [
  ["500", 0.04],
  ["503", 0.04],
  ["reset", 0.035],
  ["429", 0.03],
  ["409", 0.02],
  ["lost-answer", 0.02],
  ["stale-answer", 0.01],
  ["hang", 0.005],
] as const;
const KILL_EVERY_MS = 30_000;
const JOBS_EVERY_MS = 10_000;
const MOST_ROUNDS = 100;

/**
 * Lets people buy while calls to Stripe fail, events come several times and in any order, and the
 * shop is killed again and again; then heals everything, lets the reconciler come to rest, and
 * compares the shop's books with Stripe's.
 */
export async function runSeed(options: SoakOptions): Promise<SoakReport> {
  const { seed, orders, variables } = options;
  const startedAt = Date.now();
  const world = await openWorld(variables, seed);
  const deliveries = await interceptWebhooks(world);
  await control(world, "seed-faults", { seed });
  for (const [kind, probability] of FAULTS)
    await control(world, "inject-fault", { kind, probability, times: null });
  const counts: BuyerCounts = { checkouts: 0, paid: 0, refusals: 0 };
  const trouble = makeTrouble(world, options.restart);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < orders) await buyOnce(world, counts, seed, next++);
  };
  try {
    await Promise.all(Array.from({ length: options.buyers }, lane));
    await deliveries.drain();
  } finally {
    await trouble.stop();
    await control(world, "clear-faults");
  }
  const rounds = await comeToRest(world, deliveries);
  await deliveries.close();
  const found = await persist(() => compareBooks(world));
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  const { kills } = trouble;
  return {
    ...found,
    seconds,
    kills: kills(),
    rounds,
    buyers: counts,
    deliveries: deliveries.counts,
  };
}

// The jobs are called as the companion Worker does, only more often; the shop is killed beside it.
function makeTrouble(world: World, restart: () => Promise<void>) {
  const end = new AbortController();
  let kills = 0;
  const kill = repeat(KILL_EVERY_MS, end.signal, async () => {
    await restart();
    kills += 1;
  });
  const jobs = repeat(JOBS_EVERY_MS, end.signal, async () => {
    await fetch(new URL("/api/jobs/reconcile", world.site), {
      method: "POST",
      headers: { Authorization: `Bearer ${world.jobsSecret}` },
      signal: AbortSignal.timeout(25_000),
    }).catch(() => null);
  });
  return {
    kills: () => kills,
    stop: async () => {
      end.abort();
      await Promise.all([kill, jobs]);
    },
  };
}

async function repeat(
  everyMs: number,
  signal: AbortSignal,
  act: () => Promise<void>,
): Promise<void> {
  const woken = () => pause(everyMs, true, { signal }).catch(() => false);
  while (await woken()) await act();
}

/** Runs the reconciler as it would run for the next hours, until it finds nothing more to do. */
async function comeToRest(world: World, deliveries: Deliveries): Promise<number> {
  const HOUR = 3_600;
  await control(world, "advance", { seconds: HOUR });
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    await deliveries.drain();
    const now = new Date(Date.now() + (HOUR + round * 15 * 60) * 1000);
    const report = await persist(() => reconcileOrders(world.services, { now }));
    const open = await persist(() => countOpen(world));
    const isAtRest = report.fixed + report.failed + open === 0;
    if (isAtRest && round > 2) return round;
  }
  return MOST_ROUNDS;
}

async function countOpen({ services }: World): Promise<number> {
  const [row] = await services.database.read<{ count: number }[]>`
    SELECT count(*)::integer AS count
    FROM orders
    WHERE status IN ('creating', 'pending', 'processing')`;
  return row?.count ?? 0;
}
