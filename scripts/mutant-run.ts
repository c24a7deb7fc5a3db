import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { childEnvironment, nodePath } from "./steps.mjs";

/** How a run of the tests ended. */
export interface TestRun {
  /** `broken`: the code could not be loaded or is no program any more, which shows nothing. */
  outcome: "green" | "red" | "broken" | "hung";
  /** The first test that failed, or what went wrong. */
  reason: string;
  seconds: number;
}

interface RunOptions {
  /** The tree to run in. */
  folder: string;
  tests: string[];
  timeoutSeconds: number;
  /** `TEST_POSTGRES`, when a server runs already. */
  postgres: string | null;
}

/** What vitest writes as JSON, as far as it is read here. */
export interface TestReport {
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { title: string; status: string; failureMessages: string[] }[];
  }[];
}

// A failure that any change of the text would bring about, such as a typing mistake.
export const NO_PROGRAM =
  /SyntaxError|ReferenceError|Transform failed|Cannot find (module|package)|PARSE_ERROR|syntax error at|(column|relation|operator|function)\b.* does not exist|could not determine data type/;

let running: number | undefined;

/** Ends the tests that run at the moment, with all that they started. */
export function stopRun(): void {
  if (running === undefined) return;
  try {
    if (process.platform === "win32") process.kill(running, "SIGKILL");
    else process.kill(-running, "SIGKILL");
  } catch {
    // They have ended already.
  }
}

/** Runs test files in a tree up to the first failure. */
export async function runTests(options: RunOptions): Promise<TestRun> {
  const startedAt = Date.now();
  const file = join(options.folder, "test-results.json");
  rmSync(file, { force: true });
  const end = await runVitest(options, file);
  const seconds = (Date.now() - startedAt) / 1000;
  if (end === "hung") return { outcome: "hung", reason: "timed out", seconds };
  if (end.code === 0) return { outcome: "green", reason: "", seconds };
  const report = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as TestReport) : null;
  return { ...judge(report, end.output), seconds };
}

async function runVitest(
  { folder, tests, timeoutSeconds, postgres }: RunOptions,
  file: string,
): Promise<CommandEnd> {
  const vitest = join(folder, "node_modules", "vitest", "vitest.mjs");
  const env = { TEST_RESULTS_FILE: file, ...(postgres && { TEST_POSTGRES: postgres }) };
  return runCommand([vitest, "run", "--bail", "1", ...tests], { folder, timeoutSeconds, env });
}

/** How a command ended: by itself, or because it took too long. */
export type CommandEnd = "hung" | { code: number | null; output: string };

/** Runs a Node program in a tree, in a group of its own that `stopRun` can end. */
export async function runCommand(
  args: string[],
  {
    folder,
    timeoutSeconds,
    env,
  }: { folder: string; timeoutSeconds: number; env: Record<string, string> },
): Promise<CommandEnd> {
  const child = spawn(nodePath(), args, {
    cwd: folder,
    env: childEnvironment(env),
    stdio: ["ignore", "pipe", "pipe"],
    detached: process.platform !== "win32",
  });
  running = child.pid;
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const startedAt = Date.now();
  const timer = setTimeout(stopRun, timeoutSeconds * 1000);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("close", resolve).once("error", reject);
  });
  clearTimeout(timer);
  running = undefined;
  const isHung = code === null && Date.now() - startedAt >= timeoutSeconds * 1000;
  return isHung ? "hung" : { code, output };
}

/** What a run that failed shows: red by a failed test, or broken because nothing could run. */
export function judge(
  report: TestReport | null,
  output: string,
): Pick<TestRun, "outcome" | "reason"> {
  const failures = (report?.testResults ?? [])
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === "failed");
  const real = failures.find(
    ({ failureMessages }) => !failureMessages.some((text) => NO_PROGRAM.test(text)),
  );
  if (real) return { outcome: "red", reason: real.title };
  const message =
    failures[0]?.failureMessages[0] ??
    report?.testResults.find(({ status }) => status === "failed")?.message ??
    output.trimEnd().split("\n").slice(-20).join("\n");
  return { outcome: "broken", reason: message.trim().split("\n")[0] ?? "" };
}
