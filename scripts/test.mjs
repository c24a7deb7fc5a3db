// `npm test`. Plain JavaScript: it runs on Node 20, before anything is installed.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { currentRelease } from "./build-shop.mjs";
import { findChromium } from "./chromium.mjs";
import { install } from "./install.mjs";
import { childEnvironment, nodePath, root, step } from "./steps.mjs";
import { withServedShop } from "./served-shop.mjs";

const HELP = `npm test [-- PART ...]

Everything that CI runs, in this order; with names, only these parts:
  check         format, lint, types, unit tests
  integration   queries and use cases on the local services
  e2e           the production build in Chromium
  deployment    the deployment tests, against the same build, and against one fault after another`;

const PARTS = ["check", "integration", "e2e", "deployment"];
const RESULTS = join(root, ".data", "test-results");

/** @type {{ passed: number, failed: number, skipped: number }} */
const total = { passed: 0, failed: 0, skipped: 0 };

const asked = process.argv.slice(2);
if (asked.includes("--help")) process.stdout.write(`${HELP}\n`);
else await main(asked.length > 0 ? asked : PARTS);

/** @param {string[]} parts */
async function main(parts) {
  const unknown = parts.find((part) => !PARTS.includes(part));
  if (unknown) {
    process.stderr.write(`There is no part "${unknown}".\n\n${HELP}\n`);
    process.exitCode = 2;
    return;
  }
  await step("Packages", () => install());
  rmSync(RESULTS, { recursive: true, force: true });
  mkdirSync(RESULTS, { recursive: true });
  const needsShop = parts.includes("e2e") || parts.includes("deployment");
  // Downloaded beside the parts that need none; what went wrong is said where it is needed.
  const chromium = needsShop ? findChromium() : undefined;
  chromium?.catch(() => {});
  if (parts.includes("check")) {
    await count("check", script("check.ts", "--thorough"), {});
  }
  if (parts.includes("integration")) await count("integration", vitest("integration"), {});
  if (chromium) await testServedShop(parts, chromium);
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
  process.stdout.write(`\n${total.passed} passed, ${total.failed} failed${skipped}\n`);
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
}

/**
 * @param {string[]} parts
 * @param {Promise<string>} chromium
 */
async function testServedShop(parts, chromium) {
  const CHROMIUM_PATH = await step("Chromium", () => chromium);
  await withServedShop(async (variables) => {
    const env = { ...variables, CHROMIUM_PATH };
    if (parts.includes("e2e")) {
      await count("e2e", playwright("e2e"), env);
      await count("faults", playwright("faults"), env);
      await count("records", playwright("records"), env);
    }
    if (parts.includes("deployment")) {
      const url = ["--url", variables.SITE_URL ?? ""];
      const release = ["--release", currentRelease()];
      await count("deployment", script("test-deployment.ts", ...url, ...release, "--journey"), env);
      await count("planted faults", script("test-deployment-faults.ts", ...url), env);
    }
  });
}

/** @param {string} name @param {string[]} args */
function script(name, ...args) {
  return [join(root, "scripts", name), ...args];
}

/** @param {string} project */
function vitest(project) {
  return [join(root, "node_modules", "vitest", "vitest.mjs"), "run", "--project", project];
}

/** @param {string} project */
function playwright(project) {
  const cli = join(root, "node_modules", "@playwright", "test", "cli.js");
  return [cli, "test", "--project", project];
}

/**
 * Runs one part with its output on the terminal and adds up what it counted. A part that fails without a failed test counts as one
 * failure.
 * @param {string} name
 * @param {string[]} command
 * @param {Record<string, string | undefined>} variables
 */
async function count(name, command, variables) {
  process.stdout.write(`\n── ${name}\n`);
  const file = join(RESULTS, `${name}.json`);
  const env = childEnvironment({ ...variables, TEST_RESULTS_FILE: file });
  const child = spawn(nodePath(), command, { cwd: root, env, stdio: "inherit" });
  const code = await new Promise((resolve) => child.once("exit", resolve));
  const counted = existsSync(file) ? readResults(file) : { passed: 0, failed: 0, skipped: 0 };
  total.passed += counted.passed;
  total.skipped += counted.skipped;
  if (counted.flaky)
    process.stdout.write(`${counted.flaky} of them at the second try: mend them.\n`);
  total.failed += code !== 0 && counted.failed === 0 ? 1 : counted.failed;
}

/** @param {string} file */
function readResults(file) {
  const results = JSON.parse(readFileSync(file, "utf8"));
  const { stats } = results;
  // Playwright counts in `stats`, vitest at the top.
  if (stats)
    return {
      passed: stats.expected + stats.flaky,
      failed: stats.unexpected,
      flaky: stats.flaky,
      skipped: stats.skipped,
    };
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests,
    skipped: results.numPendingTests,
  };
}
