import { spawnSync } from "node:child_process";

const STEPS: [name: string, command: string[]][] = [
  ["format", ["prettier", "--check", ".", "--log-level", "warn"]],
  ["lint", ["eslint", ".", "--max-warnings", "0", "--cache", "--cache-location", ".astro/eslint"]],
  ["types", ["astro", "check", "--minimumFailingSeverity", "warning"]],
  ["unit tests", ["vitest", "run", "--project", "unit"]],
];

if (process.argv.includes("--help")) {
  console.log(
    "npm run check: format, lint, types and unit tests, in this order, without a server.",
  );
  process.exit(0);
}

for (const [name, [command = "", ...args]] of STEPS) {
  const startedAt = Date.now();
  const { status } = spawnSync(command, args, {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  console.log(`${status === 0 ? "ok  " : "FAIL"} ${name} (${seconds} s)`);
  if (status !== 0) process.exit(1);
}
