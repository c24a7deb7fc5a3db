import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { findChromium } from "../chromium.mjs";
import { nodePath, root } from "../steps.mjs";
import type { Line } from "./lines.ts";

const PAGES = {
  home: "/",
  catalogue: "/courses",
  course: "/courses/production-deployment",
  "sign in": "/sign-in",
  "preview lesson": "/courses/production-deployment/what-production-means",
};
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"] as const;
const HIGHEST = { lcpMs: 900, homeLcpMs: 1200, tbtMs: 20, cls: 0.001 };
const TIMEOUT_MS = 180_000;

interface Report {
  categories: Record<string, { score: number | null }>;
  audits: Record<string, { numericValue?: number }>;
}

/** Lighthouse's phone with its default throttling, on the public pages behind the stand-in. */
export async function measureLighthouse(
  url: string,
  scratch: string,
  runs: number,
): Promise<Line[]> {
  const chromium = await findChromium();
  const lines: Line[] = [];
  for (const [name, path] of Object.entries(PAGES)) {
    const reports: Report[] = [];
    for (let run = 0; run < runs; run++)
      reports.push(await runLighthouse(`${url}${path}`, scratch, chromium));
    lines.push(...linesOf(name, reports));
    console.log(`  ${name} judged by Lighthouse`);
  }
  return lines;
}

async function runLighthouse(url: string, scratch: string, chromium: string): Promise<Report> {
  const output = join(scratch, "lighthouse.json");
  const cli = join(root, "node_modules", "lighthouse", "cli", "index.js");
  const flags = ["--headless=new", "--disable-gpu", "--disable-quic", "--no-first-run"];
  if (process.getuid?.() === 0) flags.push("--no-sandbox");
  const args = [cli, url, "--quiet", "--output=json", `--output-path=${output}`];
  args.push(`--only-categories=${CATEGORIES.join(",")}`, `--chrome-flags=${flags.join(" ")}`);
  const env = { ...process.env, CHROME_PATH: chromium };
  await promisify(execFile)(nodePath(), args, { env, timeout: TIMEOUT_MS });
  return JSON.parse(readFileSync(output, "utf8")) as Report;
}

function linesOf(name: string, reports: Report[]): Line[] {
  const part = "lighthouse" as const;
  const value = (id: string): number[] =>
    reports.map(({ audits }) => audits[id]?.numericValue ?? 0);
  const scores = CATEGORIES.map((category) => ({
    part,
    name: `${name}: ${category}`,
    unit: "",
    values: reports.map(({ categories }) => Math.round((categories[category]?.score ?? 0) * 100)),
    budget: 100,
    isFloor: true,
  }));
  const lcp = name === "home" ? HIGHEST.homeLcpMs : HIGHEST.lcpMs;
  const times = [
    ["LCP, simulated", "ms", "largest-contentful-paint", lcp],
    ["TBT", "ms", "total-blocking-time", HIGHEST.tbtMs],
    ["CLS", "", "cumulative-layout-shift", HIGHEST.cls],
  ] as const;
  return [
    ...scores,
    ...times.map(([what, unit, audit, budget]) => ({
      part,
      name: `${name}: ${what}`,
      unit,
      values: value(audit),
      budget,
    })),
  ];
}
