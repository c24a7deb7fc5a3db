// Plain JavaScript: it runs before anything is installed.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, run } from "./steps.mjs";

const LOCK = join(root, "package-lock.json");
const MODULES = join(root, "node_modules");
const STAMP = join(MODULES, ".slipway-lock-hash");

/** Whether node_modules holds exactly what package-lock.json names. */
export function isInstalled() {
  // npm writes its own copy of the lock last: without it an installation was interrupted.
  if (!existsSync(join(MODULES, ".package-lock.json"))) return false;
  if (existsSync(STAMP)) return readFileSync(STAMP, "utf8") === lockHash();
  return sameVersions();
}

/**
 * Installs the packages with `npm ci`, unless they are there already.
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
export async function install(signal) {
  if (!isInstalled()) {
    const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
    const options = signal ? { signal } : {};
    const npm = process.env.npm_execpath;
    if (npm?.endsWith(".js")) await run(process.execPath, [npm, ...args], options);
    // Windows starts npm's .cmd file only through a shell.
    else await run("npm", args, { ...options, shell: process.platform === "win32" });
  }
  writeFileSync(STAMP, lockHash());
}

function lockHash() {
  return createHash("sha256").update(readFileSync(LOCK)).digest("hex");
}

// Installed by hand, without our stamp: compare what is installed with what is wanted.
function sameVersions() {
  const wanted = JSON.parse(readFileSync(LOCK, "utf8")).packages;
  const installed = JSON.parse(readFileSync(join(MODULES, ".package-lock.json"), "utf8")).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === "" || installed[path]?.version === version || (optional && !installed[path]),
  );
}
