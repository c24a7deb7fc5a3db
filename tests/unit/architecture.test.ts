import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const VENDOR_SDKS = /^(@neondatabase|@upstash|stripe|worker-mailer|@sentry|oauth4webapi)/;

function sourceFiles(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|astro)$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

function textOf(file: string): string {
  return readFileSync(join(ROOT, file), "utf8");
}

function importsOf(file: string): string[] {
  const pattern = /(?:from|import\()\s*["']([^"']+)["']/g;
  // A type is no dependency: nothing of it is left when the code runs.
  const code = textOf(file).replace(/import type [^;]*;/g, "");
  return [...code.matchAll(pattern)].map(([, specifier = ""]) => {
    if (specifier.startsWith("#")) return `src/${specifier.slice(1)}`;
    if (!specifier.startsWith(".")) return specifier;
    return relative(ROOT, join(ROOT, file, "..", specifier));
  });
}

function offenders(folder: string, isWrong: (imported: string, file: string) => boolean): string[] {
  return sourceFiles(folder).flatMap((file) =>
    importsOf(file)
      .filter((imported) => isWrong(imported, file))
      .map((imported) => `${file} imports ${imported}`),
  );
}

test("lib does not know Astro, and imports nothing above it", () => {
  expect(
    offenders("src/lib", (imported) =>
      /^(astro|cloudflare:|src\/(http|pages|actions|components|layouts))/.test(imported),
    ),
  ).toEqual([]);
});

test("only lib/services imports the vendors' SDKs, and in the browser its error reporter", () => {
  expect(
    offenders(
      "src",
      (imported, file) =>
        VENDOR_SDKS.test(imported) &&
        !file.startsWith("src/lib/services/") &&
        file !== "src/scripts/error-reporter.ts",
    ),
  ).toEqual([]);
});

test("lib/services imports no domain", () => {
  expect(
    offenders("src/lib/services", (imported) =>
      /^src\/lib\/(accounts|courses|orders|learning|operations)/.test(imported),
    ),
  ).toEqual([]);
});

test("http does not import pages or actions", () => {
  expect(
    offenders("src/http", (imported) => /^src\/(pages|actions|components)/.test(imported)),
  ).toEqual([]);
});

test("components and layouts are given what they show: they call no use case and no service", () => {
  for (const folder of ["src/components", "src/layouts"])
    expect(
      offenders(folder, (imported) => /^src\/lib\/(services|.*queries)/.test(imported)),
    ).toEqual([]);
});

test("the Worker never loads what renders Markdown or reads files", () => {
  for (const folder of ["src/pages", "src/actions", "src/http"])
    expect(
      offenders(folder, (imported) =>
        /^(node:fs|unified|remark|rehype|yaml)|courses\/(publish|markdown|course-file|preview|write-course)/.test(
          imported,
        ),
      ),
    ).toEqual([]);
});

test("only src/http/services.ts reads the environment", () => {
  const readers = sourceFiles("src").filter((file) =>
    /process\.env|cloudflare:workers/.test(textOf(file)),
  );
  expect(readers.filter((file) => file !== "src/env.d.ts")).toEqual(["src/http/services.ts"]);
});

test("SQL takes values only as parameters, and lists its columns", () => {
  for (const file of sourceFiles("src/lib")) {
    const text = textOf(file);
    expect(text, file).not.toMatch(/\.(query|unsafe)\(\s*`/);
    expect(text, file).not.toMatch(/SELECT\s+\*/);
  }
});

test("only three components set HTML: a constant, JSON, and what was made clean", () => {
  const setters = sourceFiles("src").filter((file) => textOf(file).includes("set:html"));
  const names = ["EarlyScript", "JsonScript", "Prose"];
  expect(setters.sort()).toEqual(names.map((name) => `src/components/${name}.astro`));
});

test("styles are in src/styles: a component's own would make another copy of all of them", () => {
  const styled = sourceFiles("src").filter((file) => textOf(file).includes("<style>"));
  expect(styled.filter((file) => file.endsWith(".astro"))).toEqual([]);
});

test("no file is longer than 300 lines, and none is called after what it is not about", () => {
  for (const folder of ["src", "local", "build", "scripts", "scheduler", "tests"])
    for (const file of sourceFiles(folder)) {
      expect(textOf(file).split("\n").length, file).toBeLessThanOrEqual(301);
      expect(file).not.toMatch(/(^|\/)(utils?|helpers?|common|manager)(\/|\.)/);
    }
});

test("every endpoint says which methods it takes", () => {
  for (const file of sourceFiles("src/pages/api"))
    expect(textOf(file), file).toMatch(/export (const ALL|\{ ALL)/);
});
