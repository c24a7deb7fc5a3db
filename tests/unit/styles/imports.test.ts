import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { expect, test } from "vitest";

const EVERYWHERE = readImports("src/layouts/Page.astro");
const SHEETS = new Map(
  globSync("src/styles/*.css").map((path) => [basename(path), readFileSync(path, "utf8")]),
);

test("whatever uses a class brings the styles that it is in", () => {
  const missing = globSync("src/**/*.astro").flatMap((path) => {
    const own = new Set([...EVERYWHERE, ...readImports(path)]);
    return readClasses(path)
      .map((name) => ({ name, sheets: sheetsWith(name) }))
      .filter(({ sheets }) => sheets.length > 0 && !sheets.some((sheet) => own.has(sheet)))
      .map(({ name, sheets }) => `${path}: .${name} is in ${sheets.join(" and ")}`);
  });
  expect(missing).toEqual([]);
});

function readImports(path: string): string[] {
  return [...readFileSync(path, "utf8").matchAll(/import ".*\/styles\/([\w-]+\.css)"/g)].map(
    ([, sheet = ""]) => sheet,
  );
}

// Those that are written out: `class="a b"`, and words in quotes in `class:list`.
function readClasses(path: string): string[] {
  const source = readFileSync(path, "utf8");
  const written = [...source.matchAll(/\bclass="([^"]*)"/g)].map(([, names = ""]) => names);
  const listed = [...source.matchAll(/class:list=\{(\[[^\]]*\])\}/g)].flatMap(([, list = ""]) =>
    [...list.matchAll(/"([^"]*)"/g)].map(([, names = ""]) => names),
  );
  return [...new Set([...written, ...listed].flatMap((names) => names.split(/\s+/)))];
}

// Rules that begin with it: one within something else comes with what that is.
function sheetsWith(name: string): string[] {
  const rule = new RegExp(`^ *(input)?\\.${name}(?![\\w-])`, "m");
  return name === "" ? [] : [...SHEETS].filter(([, css]) => rule.test(css)).map(([file]) => file);
}
