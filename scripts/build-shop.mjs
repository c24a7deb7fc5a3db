// Plain JavaScript: scripts/start.mjs and scripts/test.mjs import it on Node 20.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { hashInputs } from "./inputs.mjs";
import { childEnvironment, nodePath, root, run } from "./steps.mjs";

const INPUTS = [
  "src",
  "public",
  "build",
  "astro.config.mjs",
  "wrangler.toml",
  "tsconfig.json",
  "package-lock.json",
];
const VARIABLES = ["CLOUDFLARE_ENV", "DEPLOY_TARGET", "RELEASE_ID"];
const STAMP = join(root, "dist", ".inputs-hash");

export const UNKNOWN_RELEASE = "unknown";

/** RELEASE_ID, or the commit that is checked out, or UNKNOWN_RELEASE outside a checkout. */
export function currentRelease() {
  if (process.env.RELEASE_ID) return process.env.RELEASE_ID;
  try {
    const options = /** @type {const} */ ({ cwd: root, encoding: "utf8", stdio: "pipe" });
    return execFileSync("git", ["rev-parse", "HEAD"], options).trim();
  } catch {
    return UNKNOWN_RELEASE;
  }
}

/**
 * Builds the shop into `dist/`, unless the same inputs were built last. Gives "unchanged" when
 * there was nothing to do. CLOUDFLARE_ENV and DEPLOY_TARGET say for what.
 * @param {AbortSignal} [signal]
 * @returns {Promise<"built" | "unchanged">}
 */
export async function buildShop(signal) {
  const env = childEnvironment({
    RELEASE_ID: currentRelease(),
    ASTRO_TELEMETRY_DISABLED: "1",
    WRANGLER_SEND_METRICS: "false",
  });
  const values = Object.fromEntries(VARIABLES.map((name) => [name, env[name]]));
  const hash = hashInputs(INPUTS, values);
  if (existsSync(STAMP) && readFileSync(STAMP, "utf8") === hash) return "unchanged";
  const astro = join(root, "node_modules", "astro", "bin", "astro.mjs");
  await run(nodePath(), [astro, "build"], { env, ...(signal && { signal }) });
  // Inside dist/, which any other build empties: then ours is not taken for done.
  writeFileSync(STAMP, hash);
  return "built";
}
