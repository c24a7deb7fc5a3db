import { measureBundle, measureColdStart } from "./cold-start.ts";
import type { Line } from "./lines.ts";
import { measureRoundTrips } from "./round-trips.ts";
import { freePort, type Bench } from "./stack.ts";
import { measureThroughput } from "./throughput.ts";
import { signIn } from "./visitor.ts";
import { serveWorker, type ServedWorker } from "./workerd.ts";

/** Every line of the server. */
export async function measureServer(bench: Bench, runs: number): Promise<Line[]> {
  const shop = await serveShop(bench);
  const baseline = await serveBaseline(bench);
  try {
    const cookie = await signIn(shop.url, bench.demoPassword);
    return [
      ...(await measureThroughput(shop, baseline, cookie, runs)),
      ...(await measureColdStart(bench, cookie, runs)),
      ...(await measureRoundTrips(bench)),
      measureBundle(bench),
    ];
  } finally {
    await Promise.all([shop.stop(), baseline.stop()]);
  }
}

/** The shop in workerd; `variables` take the place of the bench's own. */
export async function serveShop(
  bench: Bench,
  variables: Record<string, string> = {},
): Promise<ServedWorker> {
  return serveWorker({
    ...bench.shop,
    port: await freePort(),
    variables: { ...withoutOwner(bench.variables), ...variables },
    scratch: bench.scratch,
    firstPath: "/api/health/live",
  });
}

/** The baseline in workerd, with the shop's database. */
export async function serveBaseline(bench: Bench): Promise<ServedWorker> {
  return serveWorker({
    ...bench.baseline,
    port: await freePort(),
    variables: withoutOwner(bench.variables),
    scratch: bench.scratch,
    firstPath: "/json",
  });
}

// The address with the owner's password is for scripts.
function withoutOwner(variables: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).filter(([name]) => name !== "DATABASE_DIRECT_URL"),
  );
}
