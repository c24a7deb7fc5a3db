import { rmSync } from "node:fs";
import { parseArgs } from "node:util";
import { startTestPostgres } from "../tests/support/global-setup.ts";
import { currentRelease } from "./build-shop.mjs";
import { findChromium } from "./chromium.mjs";
import { runBrowserTests } from "./mutant-browser.ts";
import { runTests, stopRun, type TestRun } from "./mutant-run.ts";
import {
  copyTree,
  findFaults,
  isInBrowser,
  loadMutants,
  selectBrowserTests,
  withMutant,
  type Mutant,
} from "./mutants.ts";
import { root } from "./steps.mjs";

const HELP = `npm run test:mutants -- [options]

Shows that the tests can fail: plants one bug after another (tests/mutants/*.ts) in a copy of the
source tree and runs the tests that should notice. Each must turn them red by a failed test; one
that only can't be loaded does not count. For tests of tests/e2e the shop is built and served each
time, which takes about half a minute. Its last line is "caught N/N".

  --only ID...   these mutants only, such as --only P04 P05
  --list         shows what there is, and runs nothing
  --help         this text`;

/** A sound run takes at most a quarter of what a mutant is given before it counts as hung. */
const TIMES_SLOWER = 4;
const LEAST_SECONDS = 90;
const CONTROL_SECONDS = 900;
const stop = new AbortController();
const WORDS = { red: "caught", hung: "caught", green: "SURVIVED", broken: "BROKEN" };

const { values, positionals } = parseArgs({
  options: {
    only: { type: "string", multiple: true, default: [] },
    list: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
  allowPositionals: true,
});
if (values.help) console.log(HELP);
else process.exitCode = await main([...values.only, ...positionals]);

async function main(only: string[]): Promise<number> {
  const all = await loadMutants(root);
  const unknown = only.filter((id) => !all.some((mutant) => mutant.id === id));
  if (unknown.length > 0) return fail([`There is no mutant ${unknown.join(", ")}.`]);
  const mutants = only.length > 0 ? all.filter(({ id }) => only.includes(id)) : all;
  const faults = findFaults(root, mutants);
  if (faults.length > 0) return fail(faults);
  if (!values.list) return testMutants(mutants);
  for (const { id, case: behaviour, file } of mutants)
    console.log(`${id}  ${behaviour}  (${file})`);
  return 0;
}

/** Runs what these mutants name, in the tree as it is. */
type Run = (mutants: Mutant[], timeoutSeconds: number) => Promise<TestRun>;

async function testMutants(mutants: Mutant[]): Promise<number> {
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      stop.abort();
      stopRun();
    });
  const isBrowsers = ({ tests }: Mutant) => tests.some(isInBrowser);
  const folder = copyTree(root);
  try {
    const others = mutants.filter((mutant) => !isBrowsers(mutant));
    const inVitest = await testInVitest(others, folder);
    const caught = inVitest + (await testInBrowser(mutants.filter(isBrowsers), folder));
    console.log(`caught ${caught}/${mutants.length}`);
    return caught === mutants.length ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function testInVitest(mutants: Mutant[], folder: string): Promise<number> {
  const isIntegration = (test: string) => test.startsWith("tests/integration/");
  const needsPostgres = mutants.some(({ tests }) => tests.some(isIntegration));
  const server = needsPostgres ? await startTestPostgres() : null;
  const shared = server && JSON.stringify(server.provided);
  try {
    return await testEach(mutants, folder, (some, timeoutSeconds) => {
      const tests = [...new Set(some.flatMap((mutant) => mutant.tests))];
      // A changed migration needs a database of its own.
      const postgres = some.every(({ file }) => file.startsWith("database/")) ? null : shared;
      return runTests({ folder, tests, timeoutSeconds, postgres });
    });
  } finally {
    await server?.stop();
  }
}

async function testInBrowser(mutants: Mutant[], folder: string): Promise<number> {
  if (mutants.length === 0) return 0;
  // The copy is no checkout.
  process.env.RELEASE_ID = currentRelease();
  const chromium = await findChromium();
  return testEach(mutants, folder, (some, timeoutSeconds) =>
    runBrowserTests({ folder, tests: selectBrowserTests(some), timeoutSeconds, chromium }),
  );
}

/** Plants one after another, once the tests are green without any; gives how many were caught. */
async function testEach(mutants: Mutant[], folder: string, run: Run): Promise<number> {
  if (mutants.length === 0 || isStopped()) return 0;
  const control = await run(mutants, CONTROL_SECONDS);
  print(control.outcome, control, "without a planted bug");
  if (control.outcome !== "green") {
    fail(["The tests fail without a planted bug: mend that first.", control.reason]);
    return 0;
  }
  const timeoutSeconds = Math.max(LEAST_SECONDS, TIMES_SLOWER * control.seconds);
  let caught = 0;
  for (const mutant of mutants) {
    const result = await withMutant(folder, mutant, () => run([mutant], timeoutSeconds));
    if (isStopped()) break;
    if (result.outcome === "red" || result.outcome === "hung") caught += 1;
    print(WORDS[result.outcome], result, describe(mutant, result));
  }
  return caught;
}

function describe({ id, case: behaviour }: Mutant, { outcome, reason }: TestRun): string {
  const ending = {
    red: ` (by "${reason}")`,
    green: "",
    hung: " (timed out)",
    broken: ` (${reason})`,
  }[outcome];
  return `${id}  ${behaviour}${ending}`;
}

function print(word: string, { seconds }: TestRun, what: string): void {
  console.log(`${word.padEnd(8)} ${`${seconds.toFixed(1)} s`.padStart(7)}  ${what}`);
}

function isStopped(): boolean {
  return stop.signal.aborted;
}

function fail(problems: string[]): number {
  for (const problem of problems) console.error(problem);
  return 1;
}
