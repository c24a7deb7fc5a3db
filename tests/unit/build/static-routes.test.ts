import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { staticRoutes } from "../../../build/static-routes.ts";

let folder = "";

function clientFolder(files: Record<string, string>): string {
  folder = mkdtempSync(join(tmpdir(), "static-routes-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("assets share one rule, pages have their address with and without the ending", async () => {
  const rules = await staticRoutes(
    clientFolder({
      "_astro/a.js": "",
      "_astro/b.css": "",
      _headers: "",
      "404.html": "",
      "favicon.svg": "",
      "terms.html": "",
      "index.html": "",
    }),
    "_astro",
  );
  expect(rules).toEqual(["/", "/_astro/*", "/favicon.svg", "/index.html", "/terms", "/terms.html"]);
});

test("redirects are static, patterns with placeholders are not", async () => {
  const redirects = "/old /new 301\n/u/:name /users/:name\n";
  expect(await staticRoutes(clientFolder({ _redirects: redirects }), "_astro")).toEqual(["/old"]);
});

test("never more rules, nor longer ones, than Cloudflare takes", async () => {
  const many = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`f${index}.txt`, ""]));
  const rules = await staticRoutes(
    clientFolder({ ...many, [`${"x".repeat(120)}.txt`]: "" }),
    "_astro",
  );
  expect(rules).toHaveLength(99);
  expect(rules.every((rule) => rule.length <= 100)).toBe(true);
});
