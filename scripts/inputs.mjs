// Plain JavaScript: scripts/start.mjs and scripts/test.mjs import it on Node 20.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { root } from "./steps.mjs";

/**
 * One hash of everything that something is made from: the files at and below the paths, which begin at the root of the checkout, and
 * named values.
 * @param {string[]} paths
 * @param {Record<string, string | undefined>} values
 * @returns {string}
 */
export function hashInputs(paths, values) {
  const hash = createHash("sha256");
  for (const [name, value] of Object.entries(values)) hash.update(`${name}=${value ?? ""}\0`);
  for (const file of paths.flatMap((path) => listFiles(join(root, path))))
    hash.update(`${file}\0`).update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function listFiles(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => listFiles(join(path, name)));
}
