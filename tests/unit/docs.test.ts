import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const DOCUMENTS = [
  "README.md",
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "CHANGELOG.md",
  "docs/guide.md",
  "docs/dependencies.md",
  "docs/payments.md",
  "docs/performance.md",
  "docs/security.md",
  "docs/social-sign-in.md",
  ...readdirSync(join(ROOT, "docs/decisions")).map((name) => `docs/decisions/${name}`),
];
const scripts = Object.keys(
  (
    JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    }
  ).scripts,
);

function textOf(document: string): string {
  return readFileSync(join(ROOT, document), "utf8");
}

test.each(DOCUMENTS)("the links of %s lead somewhere", (document) => {
  const links = [...textOf(document).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(
    ([, link = ""]) => link,
  );
  const broken = links.filter((link) => !existsSync(join(ROOT, dirname(document), link)));
  expect(broken).toEqual([]);
});

test.each(DOCUMENTS)("the commands that %s names exist", (document) => {
  const commands = [...textOf(document).matchAll(/npm run ([\w:]+)/g)].map(([, name = ""]) => name);
  expect(commands.filter((name) => !scripts.includes(name))).toEqual([]);
});

test("every practice names a file and a test that exist", () => {
  const rows = textOf("docs/guide.md")
    .split("\n")
    .filter((line) => /^\| [A-Z]/.test(line));
  expect(rows.length).toBeGreaterThan(20);
  for (const row of rows) {
    const files = [...row.matchAll(/`([^`]+)`/g)].map(([, file = ""]) => file).slice(-2);
    expect(files, row).toHaveLength(2);
    for (const file of files) expect(existsSync(join(ROOT, file)), `${file} of: ${row}`).toBe(true);
  }
});

test("every check of docs/security.md names files and tests that exist", () => {
  const rows = textOf("docs/security.md")
    .split("\n")
    .filter((line) => /^\| S\d\d /.test(line));
  expect(rows.length).toBeGreaterThan(50);
  for (const row of rows) {
    const [id = "", , proof = "", state = ""] = row.split(/ *\| */).slice(1);
    const tests = [...proof.matchAll(/`([\w./-]+\.ts)`(?: "([^"…]*))?/g)];
    if (state !== "gap")
      expect(tests.length + Number(/the same/.test(proof)), id).toBeGreaterThan(0);
    for (const [, file = "", name = ""] of tests) {
      const path = file.startsWith("src/") ? file : `tests/${file}`;
      expect(existsSync(join(ROOT, path)), `${path} of ${id}`).toBe(true);
      expect(textOf(path), `${id} in ${path}`).toContain(name.trim());
    }
  }
});

test("the files that ARCHITECTURE.md names exist", () => {
  const paths = [
    ...textOf("ARCHITECTURE.md").matchAll(/`((?:src|tests|build|local|scheduler)\/[\w./-]+)`/g),
  ];
  for (const [, path = ""] of paths) expect(existsSync(join(ROOT, path)), path).toBe(true);
});

test("the README is short enough to be read", () => {
  expect(textOf("README.md").split(/\s+/).length).toBeLessThanOrEqual(500);
});

test("every package has its reason in docs/dependencies.md", () => {
  const text = textOf("docs/dependencies.md");
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(join(ROOT, "package.json"), "utf8"),
  ) as Record<"dependencies" | "devDependencies", Record<string, string>>;
  const families = ["@types/", "remark-", "rehype-"];
  const missing = Object.keys({ ...dependencies, ...devDependencies }).filter(
    (name) => !text.includes(name) && !families.some((family) => name.startsWith(family)),
  );
  expect(missing).toEqual([]);
});
