import { cpSync, globSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** A bug to plant: one small change to a source file that the tests must notice. */
export interface Mutant {
  /** Short and never used again, such as "P04". */
  id: string;
  /** The behaviour that it breaks, such as "4 the same event three times at once". */
  case: string;
  /** The file to change, from the root. */
  file: string;
  /** What is replaced: occurs exactly once in the file. */
  from: string;
  to: string;
  /** The test files that should turn red: all of vitest's, or all under `tests/e2e/`. */
  tests: string[];
  /** With tests under `tests/e2e/`: which of them by their titles, as a regular expression. */
  grep?: string;
}

/** Tests of a file of `tests/e2e/`: those whose titles fit one of `titles`, or all without any. */
export interface BrowserTests {
  file: string;
  titles: string[];
}

// What the build and the tests read; all else stays where it is.
const COPIED = [
  ".env.example",
  "astro.config.mjs",
  "build",
  "database",
  "docs",
  "local",
  "package-lock.json",
  "package.json",
  "playwright.config.ts",
  "public",
  "scheduler",
  "scripts",
  "src",
  "tests",
  "tsconfig.json",
  "vitest.config.ts",
  "wrangler.toml",
];

/** All mutants of `tests/mutants/`, by file and in their order there. */
export async function loadMutants(root: string): Promise<Mutant[]> {
  const files = globSync("tests/mutants/*.ts", { cwd: root }).sort();
  const lists = await Promise.all(
    files.map(async (file) => {
      const module = (await import(pathToFileURL(join(root, file)).href)) as { mutants: Mutant[] };
      return module.mutants;
    }),
  );
  return lists.flat();
}

/** What is wrong with the list itself, one sentence for each fault that names its mutant. */
export function findFaults(root: string, mutants: Mutant[]): string[] {
  const ids = mutants.map(({ id }) => id);
  return mutants.flatMap(({ id, file, from, to, tests, grep }, index) => {
    const faults: string[] = [];
    if (ids.indexOf(id) !== index) faults.push(`${id} is there twice.`);
    if (from === to) faults.push(`${id} changes nothing.`);
    const count = (readText(root, file) ?? "").split(from).length - 1;
    if (count !== 1) faults.push(`${id}: what it replaces occurs ${count} times in ${file}.`);
    for (const test of tests)
      if (readText(root, test) === null) faults.push(`${id}: there is no ${test}.`);
    const inBrowser = tests.filter(isInBrowser).length;
    if (inBrowser !== 0 && inBrowser !== tests.length)
      faults.push(`${id}: its tests are of two kinds.`);
    if (grep && inBrowser === 0) faults.push(`${id}: only tests of tests/e2e are chosen by title.`);
    return faults;
  });
}

/** Whether a test needs the shop built and served. */
export function isInBrowser(test: string): boolean {
  return test.startsWith("tests/e2e/");
}

/** Exactly the tests that these mutants name, by file. */
export function selectBrowserTests(mutants: Pick<Mutant, "tests" | "grep">[]): BrowserTests[] {
  const files = [...new Set(mutants.flatMap(({ tests }) => tests))];
  return files.map((file) => {
    const titles = mutants.filter(({ tests }) => tests.includes(file)).map(({ grep }) => grep);
    const named = titles.filter((title) => title !== undefined);
    return { file, titles: named.length < titles.length ? [] : [...new Set(named)] };
  });
}

/** Copies what the tests need to a folder of its own, and gives the folder. */
export function copyTree(root: string): string {
  const folder = mkdtempSync(join(tmpdir(), "slipway-mutants-"));
  for (const name of COPIED) cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
  return folder;
}

/** Plants a mutant in a copy of the tree while `work` runs. */
export async function withMutant<T>(
  folder: string,
  { file, from, to }: Mutant,
  work: () => Promise<T>,
): Promise<T> {
  const path = join(folder, file);
  const sound = readFileSync(path, "utf8");
  writeFileSync(path, sound.split(from).join(to));
  try {
    return await work();
  } finally {
    writeFileSync(path, sound);
  }
}

function readText(root: string, file: string): string | null {
  try {
    return readFileSync(join(root, file), "utf8");
  } catch {
    return null;
  }
}
