import { rmSync } from "node:fs";
import { parseArgs } from "node:util";
import { startTestPostgres } from "../tests/support/global-setup.ts";
import { runTests, stopRun, type TestRun } from "./mutant-run.ts";
import { copyTree, findFaults, loadMutants, withMutant, type Mutant } from "./mutants.ts";
import { root } from "./steps.mjs";

const HELP = `npm run test:mutants -- [options]

Shows that the tests can fail: plants one bug after another (tests/mutants/*.ts) in a copy of the
source tree and runs the tests that should notice. Each must turn them red by a failed test; one
that only can't be loaded does not count. Its last line is "caught N/N".

  --only ID...   these mutants only, such as --only P04 P05
  --list         shows what there is, and runs nothing
  --help         this text`;

/** A sound run takes at most a quarter of what a mutant is given before it counts as hung. */
const TIMES_SLOWER = 4;
const LEAST_SECONDS = 90;
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

async function testMutants(mutants: Mutant[]): Promise<number> {
  const folder = copyTree(root);
  const needsPostgres = mutants.some(({ tests }) => tests.some(isIntegration));
  const server = needsPostgres ? await startTestPostgres() : null;
  const postgres = server && JSON.stringify(server.provided);
  const stop = async (): Promise<void> => {
    stopRun();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => void stop().then(() => process.exit(1)));
  try {
    return await testAll(mutants, folder, postgres);
  } finally {
    await stop();
  }
}

async function testAll(
  mutants: Mutant[],
  folder: string,
  postgres: string | null,
): Promise<number> {
  const files = [...new Set(mutants.flatMap(({ tests }) => tests))];
  const control = await runTests({ folder, tests: files, timeoutSeconds: 900, postgres });
  console.log(`${control.outcome.padEnd(8)} ${inSeconds(control)}  without a planted bug`);
  if (control.outcome !== "green")
    return fail(["The tests fail without a planted bug: mend that first.", control.reason]);
  const timeoutSeconds = Math.max(LEAST_SECONDS, TIMES_SLOWER * control.seconds);
  let caught = 0;
  for (const mutant of mutants) {
    // A changed migration needs a database of its own.
    const own = mutant.file.startsWith("database/");
    const run = await withMutant(folder, mutant, () =>
      runTests({ folder, tests: mutant.tests, timeoutSeconds, postgres: own ? null : postgres }),
    );
    if (run.outcome === "red" || run.outcome === "hung") caught += 1;
    console.log(`${WORDS[run.outcome].padEnd(8)} ${inSeconds(run)}  ${describe(mutant, run)}`);
  }
  console.log(`caught ${caught}/${mutants.length}`);
  return caught === mutants.length ? 0 : 1;
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

function inSeconds({ seconds }: TestRun): string {
  return `${seconds.toFixed(1)} s`.padStart(7);
}

function isIntegration(test: string): boolean {
  return test.startsWith("tests/integration/");
}

function fail(problems: string[]): number {
  for (const problem of problems) console.error(problem);
  return 1;
}
