import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../../..");
const files = globSync("src/**/*.astro", { cwd: ROOT }).map((file) => ({
  file,
  text: readFileSync(join(ROOT, file), "utf8"),
}));
const page = files.find(({ file }) => file === "src/layouts/Page.astro")?.text ?? "";
const sheets = globSync("src/styles/*.css", { cwd: ROOT }).map((path) => ({
  name: basename(path),
  text: readFileSync(join(ROOT, path), "utf8"),
}));
const everywhere = sheets.filter(({ name }) => page.includes(`styles/${name}`));
const elsewhere = sheets.filter((sheet) => !everywhere.includes(sheet));

test("every stylesheet is on every page, or is imported by whoever uses a class of it", () => {
  expect(elsewhere.map(({ name }) => name).sort()).toEqual([
    "courses.css",
    "lists.css",
    "orders.css",
    "prose.css",
  ]);
  const known = new Set(everywhere.flatMap((sheet) => [...classesOf(sheet.text)]));
  const missing = elsewhere.flatMap(({ name, text: css }) =>
    files
      .filter(({ text }) => !text.includes(`styles/${name}`))
      .flatMap(({ file, text }) =>
        [...usedIn(text)]
          .filter((used) => classesOf(css).has(used) && !known.has(used))
          .map((used) => `${file} uses .${used} and does not import ${name}`),
      ),
  );
  expect(missing).toEqual([]);
});

test("whichever stylesheet comes first, the layers have one order", () => {
  const order = /@layer [a-z, ]+;/.exec(sheets.find(({ name }) => name === "base.css")?.text ?? "");
  expect(order).not.toBeNull();
  for (const { name, text } of elsewhere)
    expect.soft(/@layer[^{;]*[{;]/.exec(text)?.[0], name).toBe(order?.[0]);
});

/** The classes that selectors begin with. */
function classesOf(css: string): Set<string> {
  return new Set([...css.matchAll(/^\s*\.([a-z][a-z-]*)/gm)].map(([, name = ""]) => name));
}

/** What stands in the class attributes of a component. */
function usedIn(text: string): Set<string> {
  const attributes = [...text.matchAll(/class(?::list)?=(?:"([^"]*)"|\{([^}]*)\})/g)];
  return new Set(attributes.flatMap(([attribute]) => attribute.match(/[a-z][a-z-]*/g) ?? []));
}
