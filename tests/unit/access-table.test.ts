import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { expect, test } from "vitest";
import { ACTIONS, PAGES } from "../support/access-table.ts";

const ROOT = join(import.meta.dirname, "../..");

test("S31: every page and endpoint says who may see it", () => {
  const folder = join(ROOT, "src/pages");
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"));
  expect(Object.keys(PAGES).sort()).toEqual(files.sort());
});

test("S31: every action says who may do it", () => {
  const code = readFileSync(join(ROOT, "src/actions/index.ts"), "utf8");
  const [, list = ""] = /export const server = \{([^}]*)\}/.exec(code) ?? [];
  const names = [...list.matchAll(/\w+/g)].map(([name]) => name);
  expect(names.length).toBeGreaterThan(10);
  expect(Object.keys(ACTIONS).sort()).toEqual(names.sort());
});
