// Plain JavaScript: scripts/start.mjs and scripts/test.mjs run before anything is installed.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const REMINDER_MS = 10_000;
const SHOWN_LINES = 40;

/** The root of the checkout. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The Node that the packages bring along (24), or the running one before they are installed. */
export function nodePath() {
  const name = process.platform === "win32" ? "node.exe" : "node";
  const installed = join(root, "node_modules", "node", "bin", name);
  return existsSync(installed) ? installed : process.execPath;
}

/**
 * The environment for our own programs: that Node and the packages' commands come first, and what Node compiled
 * once is kept (a tenth of what a start takes).
 * @param {Record<string, string | undefined>} [variables]
 * @returns {Record<string, string | undefined>}
 */
export function childEnvironment(variables = {}) {
  const commands = join(root, "node_modules", ".bin");
  const path = [dirname(nodePath()), commands, process.env.PATH ?? process.env.Path ?? ""];
  const cache = { NODE_COMPILE_CACHE: join(root, "node_modules", ".cache", "node") };
  return { ...cache, ...process.env, ...variables, PATH: path.join(delimiter) };
}

/**
 * Does the work and prints one line with its name and the seconds it took. Work may return a few
 * words that are added to the line.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(name, work) {
  const startedAt = Date.now();
  const seconds = () => `${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
  const isTerminal = process.stdout.isTTY;
  if (isTerminal) process.stdout.write(`  … ${name}`);
  const reminder = setInterval(
    () =>
      process.stdout.write(
        isTerminal ? `\r  … ${name} ${seconds()}` : `  … ${name} ${seconds()}\n`,
      ),
    isTerminal ? 500 : REMINDER_MS,
  );
  try {
    const result = await work();
    const note = typeof result === "string" ? `, ${result}` : "";
    process.stdout.write(`${isTerminal ? "\r" : ""}  ✓ ${name} ${seconds()}${note}\n`);
    return result;
  } catch (error) {
    process.stdout.write(`${isTerminal ? "\r" : ""}  ✗ ${name} ${seconds()}\n`);
    throw error;
  } finally {
    clearInterval(reminder);
  }
}

/**
 * Runs a program to its end, silently; gives what it printed. Throws with the last lines when it
 * fails, and stops it when the signal is aborted.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: Record<string, string | undefined>, signal?: AbortSignal, shell?: boolean }} [options]
 * @returns {Promise<string>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: options.env ?? process.env,
      shell: options.shell ?? false,
      stdio: ["ignore", "pipe", "pipe"],
      ...(options.signal && { signal: options.signal }),
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text) => (output += text));
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) return resolve(output);
      const tail = output.trimEnd().split("\n").slice(-SHOWN_LINES).join("\n");
      reject(new Error(`${tail}\n"${[command, ...args].join(" ")}" failed (${String(code)}).`));
    });
  });
}
