import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./steps.mjs";

// Not among the packages of the project: it brings two hundred others, for this command alone.
const PACKAGE = "@mdn/mdn-http-observatory@1.4.8";

/** What MDN's HTTP Observatory makes of one page. */
export interface ObservatoryResult {
  score: number;
  grade: string;
  /** Each test with what it found and the points that it gave or took. */
  tests: { name: string; result: string; points: number }[];
  contentSecurityPolicy: string;
}

export interface ScanTarget {
  hostname: string;
  path: string;
  /** The usual ones by default. */
  httpPort?: number | undefined;
  httpsPort?: number | undefined;
}

/**
 * Gives the scan of MDN's own package, which is installed under .data for the first one. The rules
 * are the package's; the sum is made as in its scanner, which takes no port. A scan throws when the
 * page does not answer.
 */
export async function loadObservatory(): Promise<(of: ScanTarget) => Promise<ObservatoryResult>> {
  const source = join(install(), "node_modules/@mdn/mdn-http-observatory/src");
  const load = (file: string): Promise<unknown> => import(pathToFileURL(join(source, file)).href);
  const { retrieve } = (await load("retriever/retriever.js")) as Retriever;
  const { ALL_TESTS } = (await load("constants.js")) as Constants;
  const { getScoreModifier, getGradeForScore } = (await load("grader/grader.js")) as Grader;
  const { MINIMUM_SCORE_FOR_EXTRA_CREDIT } = (await load("grader/charts.js")) as Charts;
  return async ({ hostname, ...options }) => {
    const requests = await retrieve(hostname, options);
    const { auto } = requests.responses;
    if (!auto) throw new Error(`${hostname} gives no answer.`);
    const tests = ALL_TESTS.map((test) => {
      const outcome = test(requests);
      const { result } = outcome;
      return { name: outcome.constructor.name, result, points: getScoreModifier(result) };
    });
    const sum = (points: number[]): number => points.reduce((total, each) => total + each, 100);
    const withoutCredit = sum(tests.map(({ points }) => Math.min(0, points)));
    const all = sum(tests.map(({ points }) => points));
    const { score, grade } = getGradeForScore(
      withoutCredit >= MINIMUM_SCORE_FOR_EXTRA_CREDIT ? all : withoutCredit,
    );
    const policy = auto.headers["content-security-policy"] ?? "";
    return { score, grade, tests, contentSecurityPolicy: policy };
  };
}

interface Retriever {
  retrieve: (hostname: string, options: object) => Promise<Requests>;
}
interface Requests {
  responses: { auto: { headers: Record<string, string> } | null };
}
interface Constants {
  ALL_TESTS: ((requests: Requests) => { result: string })[];
}
interface Grader {
  getScoreModifier: (result: string) => number;
  getGradeForScore: (score: number) => { score: number; grade: string };
}
interface Charts {
  MINIMUM_SCORE_FOR_EXTRA_CREDIT: number;
}

function install(): string {
  const folder = join(root, ".data", "observatory");
  if (existsSync(join(folder, "node_modules/@mdn/mdn-http-observatory"))) return folder;
  mkdirSync(folder, { recursive: true });
  console.log(`Installing ${PACKAGE} into .data/observatory, once.`);
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
  execFileSync("npm", ["install", "--prefix", folder, "--ignore-scripts", ...quiet, PACKAGE], {
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
  // The package would fetch the browsers' list of preloaded hosts; without it no host counts as one.
  const list = join(folder, "node_modules/@mdn/mdn-http-observatory/conf/hsts-preload.json");
  writeFileSync(list, "{}");
  return folder;
}
