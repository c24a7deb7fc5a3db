import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { measureBrowser, withStandIns } from "./bench/browser.ts";
import { measureGrowth } from "./bench/growth.ts";
import { measureLighthouse } from "./bench/lighthouse.ts";
import { isBroken, median, table, type Line } from "./bench/lines.ts";
import { findUnrest, watchMachine, type Machine } from "./bench/machine.ts";
import { measureServer } from "./bench/server.ts";
import { withBench, type Bench } from "./bench/stack.ts";
import { root } from "./steps.mjs";

const HELP = `npm run bench [-- options]

Builds the shop and a bare Astro project, serves both in workerd and compares them; then opens the
shop in Chromium and in Lighthouse, behind a stand-in for a CDN; then fills the database and times each
page's statement. Prints each value beside its budget, writes .data/bench/results.json, and fails when a
median breaks its budget. Linux only.

  --only PART   server, browser, lighthouse or growth; repeatable
  --runs N      rounds per line, of which the median counts (3)
  --busy        goes on although other work uses the machine
  --help        this text`;

const PARTS: Record<Line["part"], (bench: Bench, runs: number) => Promise<Line[]>> = {
  server: measureServer,
  browser: measureBrowser,
  lighthouse: judge,
  growth: measureGrowth,
};
const NAMES = Object.keys(PARTS) as Line["part"][];
const RESULTS = join(root, ".data", "bench", "results.json");

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true, default: [] },
    runs: { type: "string", default: "3" },
    busy: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
// What was started ends with this process.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));
process.exitCode = await main().catch((error: unknown) => {
  console.error((error as Error).message);
  return 1;
});

async function main(): Promise<number> {
  const runs = Number(values.runs);
  const unknown = values.only.find((name) => !NAMES.some((part) => part === name));
  if (values.help || unknown !== undefined || !Number.isInteger(runs) || runs < 1) {
    console.log(HELP);
    return values.help ? 0 : 2;
  }
  const machine = await watchMachine();
  const unrest = findUnrest(machine);
  if (unrest && !values.busy) {
    console.error(unrest);
    return 2;
  }
  const parts = NAMES.filter((part) => values.only.length === 0 || values.only.includes(part));
  const lines: Line[] = [];
  await withBench(async (bench) => {
    for (const part of parts) lines.push(...(await PARTS[part](bench, runs)));
  });
  report(lines, machine);
  return lines.some(isBroken) ? 1 : 0;
}

function judge(bench: Bench, runs: number): Promise<Line[]> {
  return withStandIns(bench, (addresses) => measureLighthouse(addresses, bench.scratch, runs));
}

function report(lines: Line[], machine: Machine): void {
  const broken = lines.filter(isBroken).length;
  console.log(`\n${table(lines)}\n`);
  console.log(`${machine.cpu}, ${machine.cores} cores, ${percent(machine.busy)} used by others.`);
  console.log(broken === 0 ? "Every budget is kept." : `${broken} budgets are broken.`);
  const measured = lines.map((line) => ({ ...line, median: median(line.values) }));
  mkdirSync(join(RESULTS, ".."), { recursive: true });
  writeFileSync(RESULTS, JSON.stringify({ machine, lines: measured }, null, 2));
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
