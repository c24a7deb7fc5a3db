import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { SECURITY_HEADERS } from "#http/headers.ts";
import { findPolicyProblems } from "../../scripts/csp-problems.ts";

const ROOT = join(import.meta.dirname, "../..");

function linesWith(folder: string, pattern: RegExp): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|astro|sql)$/.test(entry.name))
    .flatMap((entry) => {
      const path = join(entry.parentPath, entry.name);
      const lines = readFileSync(path, "utf8").split("\n");
      return lines.filter((line) => pattern.test(line)).map(() => relative(ROOT, path));
    });
}

test("S67: no weak hash or cipher, but for RFC 6238's codes and the prefix for a list of breaches", () => {
  const weak = /["'`](md5|sha-?1|des|rc4|.*-ecb)["'`]/i;
  expect(linesWith("src", weak)).toEqual([
    "src/lib/accounts/totp.ts",
    "src/lib/services/breached-passwords.ts",
  ]);
});

test("S68: nothing is drawn from Math.random, and no secret is a UUID", () => {
  expect(linesWith("src", /Math\.random/)).toEqual([]);
  expect(linesWith("src/lib", /token\w* = randomUUID/)).toEqual([]);
});

test("S48 S62: nothing is evaluated, and no page listens to another window", () => {
  expect(linesWith("src", /\beval\(|new Function\(/)).toEqual([]);
  expect(linesWith("src", /postMessage|addEventListener\("message"/)).toEqual([]);
});

test("S10 S15: the database comes with no account, and keeps no hint or secret question", () => {
  expect(linesWith("database/migrations", /INSERT INTO users\b/i)).toEqual([]);
  expect(linesWith("database/migrations", /\b(hint|secret_question|security_question)\b/i)).toEqual(
    [],
  );
});

test("S56: no page of another origin may read an answer", () => {
  expect(Object.keys(SECURITY_HEADERS).join(" ")).not.toMatch(/access-control/i);
  expect(linesWith("src", /access-control-allow/i)).toEqual([]);
});

test("S54: what reads the policies finds one that is weak", () => {
  expect(findPolicyProblems("script-src 'unsafe-inline' *")).not.toEqual([]);
  expect(findPolicyProblems("default-src 'none'; script-src https:")).not.toEqual([]);
  expect(findPolicyProblems("default-src 'none'; frame-ancestors 'none'")).toEqual([]);
});
