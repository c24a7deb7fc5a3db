import { chmodSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lockFile } from "#local/lock.mjs";
import { choosePorts } from "#local/ports.ts";
import { buildShop } from "../build-shop.mjs";
import { spawnStack, stopStack } from "../stack-process.mjs";
import { childEnvironment, nodePath, root, run, step } from "../steps.mjs";

const BASELINE = join(root, ".data", "bench", "baseline");

/** What every part of the bench needs to serve the shop and the baseline. */
export interface Bench {
  /** The shop's variables, for the services that were started for this run. */
  variables: Record<string, string>;
  demoPassword: string;
  /** Removed at the end. */
  scratch: string;
  shop: { folder: string; main: string; client: string };
  baseline: { folder: string; main: string; client: string };
}

/**
 * Starts services of its own with fresh data, builds the shop and the baseline, and stops everything when `use` is done. The checkout
 * is locked meanwhile: `npm start` would serve the same build.
 */
export async function withBench(use: (bench: Bench) => Promise<void>): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), "slipway-bench-"));
  // As root, PostgreSQL runs as another account, which must get through to its own folder.
  chmodSync(scratch, 0o711);
  const lock = lockFile(
    join(root, ".wrangler", "start.lock"),
    "Slipway runs from this folder: stop it with Ctrl-C first, the bench serves the same build.",
  );
  const stops = [() => rmSync(scratch, { recursive: true, force: true }), () => lock.release()];
  const { child, ready } = spawnStack(join(scratch, "stack.log"), [
    "--data",
    scratch,
    "--any-ports",
  ]);
  try {
    const stack = await step("Local services", () => ready);
    const variables = { ...stack.variables };
    await step("Database", () =>
      fillDatabase({ ...variables, DEMO_PASSWORD: stack.demo.password }),
    );
    await step("Production build", () => buildShop());
    await step("Baseline build", () => buildBaseline());
    await use({ variables, demoPassword: stack.demo.password, scratch, ...builds() });
  } finally {
    await stopStack(child);
    for (const stop of stops.reverse()) stop();
  }
}

/** A port on which nobody listens. */
export async function freePort(): Promise<number> {
  return (await choosePorts({ shop: 0, http: 0, stripe: 0, postgres: 0, smtp: 0 })).shop;
}

async function fillDatabase(variables: Record<string, string>): Promise<void> {
  const env = childEnvironment(variables);
  for (const command of ["migrate", "seed"])
    await run(nodePath(), [join(root, "scripts", "db.ts"), command], { env });
}

// In a copy: Astro and wrangler leave folders of their own beside what they build.
async function buildBaseline(): Promise<void> {
  rmSync(BASELINE, { recursive: true, force: true });
  cpSync(join(root, "scripts", "bench", "baseline"), BASELINE, { recursive: true });
  const astro = join(root, "node_modules", "astro", "bin", "astro.mjs");
  const env = childEnvironment({
    ASTRO_TELEMETRY_DISABLED: "1",
    WRANGLER_SEND_METRICS: "false",
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
  });
  await run(nodePath(), [astro, "build", "--root", BASELINE], { env });
}

function builds(): Pick<Bench, "shop" | "baseline"> {
  const shop = join(root, "dist", "pages");
  const baseline = join(BASELINE, "dist");
  return {
    shop: { folder: join(shop, "_worker.js"), main: "index.js", client: shop },
    baseline: {
      folder: join(baseline, "server"),
      main: "entry.mjs",
      client: join(baseline, "client"),
    },
  };
}
