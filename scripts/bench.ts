import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { findChromium } from "./chromium.mjs";
import { serveCompressed } from "./compressed.ts";

const HELP = `npm run bench -- --url URL [options]

Runs Lighthouse (phone, its default throttling) on the public pages of a running shop and fails when
a median score is below 95. The shop stands behind a compressing proxy, as behind a CDN; the proxy
takes away the "noindex" of environments that are not production.

  --url URL      the shop, such as http://localhost:4321
  --runs N       runs per page, of which the median counts (3)
  --json FILE    also writes every figure there
  --help         this text`;

const PAGES = [
  "/",
  "/courses",
  "/courses/production-deployment",
  "/sign-in",
  "/courses/production-deployment/what-production-means",
];
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"] as const;
const LOWEST_SCORE = 95;

interface Figures {
  scores: Record<(typeof CATEGORIES)[number], number>;
  lcpMs: number;
  tbtMs: number;
  cls: number;
  failed: string[];
}

interface LighthouseReport {
  categories: Record<string, { score: number; auditRefs: { id: string; weight: number }[] }>;
  audits: Record<string, { score: number | null; numericValue?: number; title: string }>;
}

const { values } = parseArgs({
  options: {
    url: { type: "string" },
    runs: { type: "string", default: "3" },
    json: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
if (values.help || !values.url || !URL.canParse(values.url)) {
  console.log(HELP);
  process.exit(values.help ? 0 : 2);
}

const chromium = await findChromium();
const proxy = await serveCompressed(values.url);
const results: Record<string, Figures> = {};
try {
  console.log("page".padEnd(56), "perf  a11y  best  seo   LCP ms  TBT ms  CLS");
  for (const path of PAGES) {
    const runs: Figures[] = [];
    for (let run = 0; run < Number(values.runs); run++)
      runs.push(await measure(`${proxy.url}${path}`));
    const figures = medianOf(runs);
    results[path] = figures;
    print(path, figures);
  }
} finally {
  proxy.close();
}
if (values.json) writeFileSync(values.json, JSON.stringify(results, null, 2));
const isGood = Object.values(results).every(({ scores }) =>
  Object.values(scores).every((score) => score >= LOWEST_SCORE),
);
process.exit(isGood ? 0 : 1);

async function measure(url: string): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), "slipway-bench-"));
  const output = join(folder, "report.json");
  const cli = join(import.meta.dirname, "../node_modules/lighthouse/cli/index.js");
  const flags = ["--headless=new", "--disable-gpu", "--disable-quic", "--no-first-run"];
  if (process.getuid?.() === 0) flags.push("--no-sandbox");
  const args = [cli, url, "--quiet", "--output=json", `--output-path=${output}`];
  args.push(`--only-categories=${CATEGORIES.join(",")}`, `--chrome-flags=${flags.join(" ")}`);
  const env = { ...process.env, CHROME_PATH: chromium };
  await promisify(execFile)(process.execPath, args, { env, timeout: 180_000 });
  const report = JSON.parse(readFileSync(output, "utf8")) as LighthouseReport;
  rmSync(folder, { recursive: true, force: true });
  return figuresOf(report);
}

function figuresOf({ categories, audits }: LighthouseReport): Figures {
  const value = (id: string) => audits[id]?.numericValue ?? 0;
  const counted = Object.values(categories).flatMap(({ auditRefs }) =>
    auditRefs.filter(({ weight }) => weight > 0).map(({ id }) => id),
  );
  const score = (name: string) => Math.round((categories[name]?.score ?? 0) * 100);
  return {
    scores: {
      performance: score("performance"),
      accessibility: score("accessibility"),
      "best-practices": score("best-practices"),
      seo: score("seo"),
    },
    lcpMs: Math.round(value("largest-contentful-paint")),
    tbtMs: Math.round(value("total-blocking-time")),
    cls: Number(value("cumulative-layout-shift").toFixed(3)),
    failed: counted.filter((id) => audits[id]?.score !== null && (audits[id]?.score ?? 1) < 0.9),
  };
}

function medianOf(runs: Figures[]): Figures {
  const sorted = runs.toSorted((one, other) => one.scores.performance - other.scores.performance);
  const median = sorted[Math.floor(sorted.length / 2)];
  if (!median) throw new Error("Nothing was measured: --runs must be at least 1.");
  return median;
}

function print(path: string, { scores, lcpMs, tbtMs, cls, failed }: Figures): void {
  const columns = CATEGORIES.map((name) => String(scores[name]).padStart(4)).join("  ");
  console.log(path.padEnd(56), columns, String(lcpMs).padStart(8), String(tbtMs).padStart(7), cls);
  if (failed.length > 0) console.log(`  below 90: ${failed.join(", ")}`);
}
