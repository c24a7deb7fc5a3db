import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { NO_PROGRAM, runCommand, type TestRun } from "./mutant-run.ts";
import type { BrowserTests } from "./mutants.ts";

interface BrowserRunOptions {
  /** The tree to build, serve and test. */
  folder: string;
  tests: BrowserTests[];
  /** For the tests of one file. */
  timeoutSeconds: number;
  chromium: string;
}

/** What Playwright writes as JSON, as far as it is read here. */
export interface PlaywrightReport {
  suites: PlaywrightSuite[];
  errors: { message?: string }[];
}

interface PlaywrightSuite {
  suites?: PlaywrightSuite[];
  specs: {
    title: string;
    ok: boolean;
    tests: { results: { errors: { message?: string }[] }[] }[];
  }[];
}

type Verdict = Pick<TestRun, "outcome" | "reason">;

// The shop went away, or a test could not begin: nothing is shown by that.
const NO_SHOP = /ECONNREFUSED|ECONNRESET|ERR_CONNECTION_|socket hang up|is not set: run these/;
// What src/http/note-refusal.ts writes of a page that any change of the text would break.
const NO_WORKER = /"error":"(SyntaxError|ReferenceError)"/;

/**
 * Builds the shop of a tree and serves it with services of its own, so that nothing that one bug
 * left in a log, a mailbox or a limit is seen by the next; then runs its tests up to the first failure.
 */
export async function runBrowserTests(options: BrowserRunOptions): Promise<TestRun> {
  const startedAt = Date.now();
  const served = pathToFileURL(join(options.folder, "scripts", "served-shop.mjs")).href;
  const { withServedShop } = (await import(served)) as typeof import("./served-shop.mjs");
  let verdict: Verdict = { outcome: "green", reason: "" };
  try {
    await withServedShop(
      async (variables) => {
        for (const tests of options.tests) {
          verdict = await runFile(tests, options, variables);
          if (verdict.outcome !== "green") return;
        }
      },
      (_name, work) => work(),
    );
  } catch (error) {
    verdict = { outcome: "broken", reason: tellingLine((error as Error).message) };
  }
  return { ...verdict, seconds: (Date.now() - startedAt) / 1000 };
}

async function runFile(
  { file, titles }: BrowserTests,
  { folder, timeoutSeconds, chromium }: BrowserRunOptions,
  variables: Record<string, string>,
): Promise<Verdict> {
  const results = join(folder, "test-results.json");
  rmSync(results, { force: true });
  const playwright = join(folder, "node_modules", "@playwright", "test", "cli.js");
  const chosen = titles.length > 0 ? ["--grep", titles.map((title) => `(${title})`).join("|")] : [];
  // A test that a busy machine failed once has caught nothing: see playwright.config.ts.
  const end = await runCommand([playwright, "test", "-x", "--retries", "1", ...chosen, file], {
    folder,
    timeoutSeconds,
    env: { ...variables, CHROMIUM_PATH: chromium, TEST_RESULTS_FILE: results },
  });
  if (end === "hung") return { outcome: "hung", reason: "timed out" };
  if (end.code === 0) return { outcome: "green", reason: "" };
  const report = existsSync(results)
    ? (JSON.parse(readFileSync(results, "utf8")) as PlaywrightReport)
    : null;
  return judgeBrowser(report, end.output, readFileSync(variables.SHOP_LOG ?? "", "utf8"));
}

/** What a run of Playwright that failed shows, as `judge` has it; `log` is the shop's. */
export function judgeBrowser(
  report: PlaywrightReport | null,
  output: string,
  log: string,
): Verdict {
  const [noWorker] = NO_WORKER.exec(log) ?? [];
  if (noWorker) return { outcome: "broken", reason: `the shop's log has ${noWorker}` };
  const failures = (report?.suites ?? []).flatMap(specsOf).filter(({ ok }) => !ok);
  const real = failures.find(
    (spec) => !errorsOf(spec).some((text) => NO_PROGRAM.test(text) || NO_SHOP.test(text)),
  );
  if (real) return { outcome: "red", reason: real.title };
  const [first] = failures.flatMap(errorsOf);
  return { outcome: "broken", reason: tellingLine(first ?? report?.errors[0]?.message ?? output) };
}

function specsOf({ specs, suites = [] }: PlaywrightSuite): PlaywrightSuite["specs"] {
  return [...specs, ...suites.flatMap(specsOf)];
}

function errorsOf({ tests }: PlaywrightSuite["specs"][number]): string[] {
  return tests
    .flatMap(({ results }) => results)
    .flatMap(({ errors }) => errors.map(({ message = "" }) => message));
}

/** The first line that speaks of an error, or the first of all. */
function tellingLine(text: string): string {
  const lines = text.trim().split("\n");
  return (lines.find((line) => /error|did not start/i.test(line)) ?? lines[0] ?? "").trim();
}
