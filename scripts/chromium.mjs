// Plain JavaScript: scripts/test.mjs imports it on Node 20.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { childEnvironment, nodePath, root, run } from "./steps.mjs";

// The headless shell first: without windows and what belongs to them, the tests take a third less time.
const NAMES = [
  "chromium-headless-shell",
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
];
const PACKAGES = ["chromium-headless-shell", "chromium"];

/**
 * The path of a Chromium: CHROMIUM_PATH, one on the PATH, Playwright's own, else one that is installed now (Playwright's, or
 * the distribution's package where we may). Throws with what to do when there is none to be had.
 * @returns {Promise<string>}
 */
export async function findChromium() {
  const found = chromiumHere() ?? (await installPlaywrights()) ?? (await installPackage());
  if (found) return found;
  throw new Error(
    "There is no Chromium that starts, and none could be installed: install one and set CHROMIUM_PATH to it, " +
      "or let `npx playwright install --with-deps chromium` do it as root.",
  );
}

function chromiumHere() {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH;
  const folders = (process.env.PATH ?? "").split(delimiter);
  const onPath = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return onPath.find((path) => existsSync(path)) ?? playwrights();
}

function playwrights() {
  const script = "process.stdout.write(require('@playwright/test').chromium.executablePath())";
  try {
    const path = execFileSync(nodePath(), ["-e", script], { cwd: root, encoding: "utf8" });
    // What it downloads needs libraries that a bare Linux does not have.
    if (existsSync(path) && process.platform === "linux")
      execFileSync(path, ["--version"], { stdio: "ignore", timeout: 20_000 });
    return existsSync(path) ? path : null;
  } catch {
    return null;
  }
}

async function installPlaywrights() {
  try {
    const playwright = join(root, "node_modules", "playwright", "cli.js");
    const options = { env: childEnvironment(), signal: AbortSignal.timeout(240_000) };
    await run(nodePath(), [playwright, "install", "chromium"], options);
    return playwrights();
  } catch {
    return null;
  }
}

async function installPackage() {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return null;
  await run("apt-get", ["update"]).catch(() => {});
  for (const name of PACKAGES) {
    try {
      await run("apt-get", ["install", "-y", "--no-install-recommends", name]);
      return chromiumHere();
    } catch {
      // Not every distribution has it.
    }
  }
  return null;
}
