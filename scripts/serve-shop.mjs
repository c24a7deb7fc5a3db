// Plain JavaScript: scripts/start.mjs and scripts/test.mjs import it on Node 20.
import { spawn } from "node:child_process";
import { mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { childEnvironment, nodePath, root } from "./steps.mjs";

// astro dev and wrangler pages dev read it beside wrangler.toml.
const VARIABLES = join(root, ".dev.vars");
const START_TIMEOUT_MS = 90_000;
const SHOWN_LINES = 30;

/**
 * Starts the shop: "pages" and "workers" serve the production build in workerd, "dev" is Astro's
 * server with hot reload, whose output goes to the terminal.
 * @param {{ kind: "pages" | "workers" | "dev", port: number, variables: Record<string, string>, logPath: string }} options
 */
export function spawnShop({ kind, port, variables, logPath }) {
  writeVariables(variables);
  mkdirSync(dirname(logPath), { recursive: true });
  const log = openSync(logPath, "w", 0o600);
  return spawn(nodePath(), command(kind, String(port)), {
    cwd: root,
    env: childEnvironment({
      ASTRO_TELEMETRY_DISABLED: "1",
      WRANGLER_SEND_METRICS: "false",
      WRANGLER_HIDE_BANNER: "true",
      WRANGLER_WRITE_LOGS: "false",
      // Without it, the server asks the internet where this machine is.
      CLOUDFLARE_CF_FETCH_ENABLED: "false",
    }),
    stdio: kind === "dev" ? ["ignore", "inherit", "inherit"] : ["ignore", log, log],
    // A group of its own: Ctrl-C reaches the starter alone, which stops everything in order.
    detached: process.platform !== "win32",
    windowsHide: true,
  });
}

/**
 * Resolves when the shop answers. Throws with the end of its log when it stops or takes too long.
 * @param {import("node:child_process").ChildProcess} child
 * @param {string} siteUrl
 * @param {string} logPath
 * @returns {Promise<void>}
 */
export async function shopAnswers(child, siteUrl, logPath) {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (child.exitCode === null && Date.now() < deadline) {
    try {
      const options = { signal: AbortSignal.timeout(10_000) };
      const response = await fetch(`${siteUrl}/api/health/live`, options);
      await response.body?.cancel();
      if (response.ok) return;
    } catch {
      // Not listening yet.
    }
    await pause(100);
  }
  const tail = readFileSync(logPath, "utf8").trimEnd().split("\n").slice(-SHOWN_LINES).join("\n");
  throw new Error(`${tail}\nThe shop did not start: its log is ${logPath}.`);
}

/**
 * @param {"pages" | "workers" | "dev"} kind
 * @param {string} port
 * @returns {string[]}
 */
function command(kind, port) {
  if (kind === "dev") {
    const astro = join(root, "node_modules", "astro", "bin", "astro.mjs");
    return [astro, "dev", "--port", port, "--host", "127.0.0.1"];
  }
  const wrangler = join(root, "node_modules", "wrangler", "bin", "wrangler.js");
  const options = ["--port", port, "--ip", "127.0.0.1", "--show-interactive-dev-session=false"];
  const workers = ["-c", "dist/server/wrangler.json", "--env-file", VARIABLES];
  if (kind === "workers") return [wrangler, "dev", ...workers, ...options];
  return [wrangler, "pages", "dev", ...options];
}

/** @param {Record<string, string>} variables */
function writeVariables(variables) {
  const lines = Object.entries(variables)
    // The address with the owner's password is for scripts.
    .filter(([name]) => name !== "DATABASE_DIRECT_URL")
    .map(([name, value]) => `${name}=${JSON.stringify(value)}\n`);
  // An existing file would keep its mode.
  rmSync(VARIABLES, { force: true });
  writeFileSync(VARIABLES, lines.join(""), { mode: 0o600 });
}
