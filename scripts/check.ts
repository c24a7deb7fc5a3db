import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";

if (process.argv.includes("--help")) {
  console.log(
    "npm run check: format, lint, types and unit tests, side by side, without a server.\n" +
      "A file that passed lint and format is asked again when it has changed.\n" +
      "--thorough, as in npm test: all files are asked, and lint asks for types in pages too.",
  );
  process.exit(0);
}

const isThorough = process.argv.includes("--thorough");
// What lint says of a file can change with the types in another: only CI is sure to see it.
const CACHE = "node_modules/.cache/check";
const remember = (name: string): string[] =>
  isThorough
    ? []
    : ["--cache", "--cache-strategy", "content", "--cache-location", `${CACHE}/${name}`];
// The longest first: they run side by side, as many as there are processors.
const STEPS: [name: string, command: string[]][] = [
  ["lint", ["eslint", ".", "--max-warnings", "0", ...remember("eslint")]],
  ["types", ["astro", "check", "--noSync", "--minimumFailingSeverity", "warning"]],
  ["unit tests", ["vitest", "run", "--project", "unit"]],
  ["format", ["prettier", "--check", ".", "--log-level", "warn", ...remember("prettier")]],
];

const env = isThorough ? process.env : { ...process.env, LINT_PAGES: "quick" };

// Lint and types read what Astro writes about actions, pages and the adapter.
const sync = await run(["astro", "sync"]);
if (!sync.hasPassed) {
  console.log(sync.output);
  process.exit(1);
}

const waiting = [...STEPS];
const lanes = Array.from({ length: Math.min(availableParallelism(), STEPS.length) }, runSteps);
const isGood = (await Promise.all(lanes)).every(Boolean);
process.exit(isGood ? 0 : 1);

async function runSteps(): Promise<boolean> {
  let allPassed = true;
  for (let step = waiting.shift(); step; step = waiting.shift()) {
    const [name, command] = step;
    const startedAt = Date.now();
    const { hasPassed, output } = await run(command);
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
    if (!hasPassed) console.log(output);
    console.log(`${hasPassed ? "ok  " : "FAIL"} ${name} (${seconds} s)`);
    allPassed &&= hasPassed;
  }
  return allPassed;
}

function run([command = "", ...args]: string[]): Promise<{ hasPassed: boolean; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, shell: process.platform === "win32" });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (text: Buffer) => (output += text.toString()));
    child.once("error", (error) => resolve({ hasPassed: false, output: error.message }));
    child.once("close", (code) => resolve({ hasPassed: code === 0, output }));
  });
}
