import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import Stripe from "stripe";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
// By `fetch` and its like, and by the modules that open connections.
const CALLS =
  /(?<![\w.#]|async )(fetch|connect)\(|globalThis\.fetch|sendBeacon\(|new (WebSocket|EventSource|XMLHttpRequest)\(|["'](cloudflare:sockets|worker-mailer|node:(net|tls|dgram|dns|https?|http2))["']/;
// The shop's own addresses, asked by its own pages.
const IN_THE_BROWSER = "src/scripts/";
// Names of formats, and names that lead nowhere: nobody is called by them.
const NAMED_ALONE = [
  "iana.org",
  "schema.org",
  "sentry.invalid",
  "slipway.invalid",
  "www.sitemaps.org",
  "www.w3.org",
];

const files = readdirSync(join(ROOT, "src"), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(ts|astro)$/.test(entry.name))
  .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));

function codeOf(file: string): string {
  const lines = readFileSync(join(ROOT, file), "utf8").split("\n");
  return lines.filter((line) => !/^\s*(\/\/|\/?\*)/.test(line)).join("\n");
}

function hostsIn(code: string): string[] {
  return [...code.matchAll(/\b(?:https?|wss?):\/\/(?:[^\s"'`@/]*@)?([\w.-]+)/g)].map(
    ([, host = ""]) => host,
  );
}

/** The hosts of the table in docs/security.md that are names, and not the value of a variable. */
function documentedHosts(): string[] {
  const text = readFileSync(join(ROOT, "docs/security.md"), "utf8");
  const [, section = ""] = /\n## Hosts that are called\n(.*?)\n## /s.exec(text) ?? [];
  const firstCells = [...section.matchAll(/^\| ([^|]*)\|/gm)].map(([, cell = ""]) => cell);
  return firstCells.flatMap((cell) => cell.match(/(?<=`)[\w-]+(\.[\w-]+)+(?=`)/g) ?? []);
}

test("S40: nothing is called but by what is in lib/services, and by pages their own shop", () => {
  const callers = files.filter((file) => CALLS.test(codeOf(file)));
  expect(callers.length).toBeGreaterThan(5);
  const others = callers.filter((file) => !file.startsWith("src/lib/services/"));
  expect(others.filter((file) => !file.startsWith(IN_THE_BROWSER))).toEqual([]);
});

test.each([
  "await fetch(`https://collector.invalid`)",
  "return globalThis.fetch(address)",
  'import { connect } from "cloudflare:sockets";',
  'const { request } = await import("node:https");',
  "new WebSocket(address)",
])("S40: a call is seen: %s", (code) => {
  expect(code).toMatch(CALLS);
});

test("S40: the hosts that stand in the source are those of docs/security.md, and no other", () => {
  const inSource = files.flatMap((file) => hostsIn(codeOf(file)));
  expect(inSource.length).toBeGreaterThan(10);
  const called = inSource.filter((host) => !NAMED_ALONE.includes(host));
  const stripe = String(new Stripe("sk_test_of_tests").getApiField("host"));
  expect(documentedHosts().toSorted()).toEqual([...new Set([...called, stripe])].toSorted());
});
