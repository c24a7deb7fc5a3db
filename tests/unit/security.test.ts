import { expect, test } from "vitest";
import { SECURITY_HEADERS } from "#http/headers.ts";
import { findPolicyProblems } from "../../scripts/csp-problems.ts";
import { filesWith } from "../support/source.ts";

test("S67: no weak hash or cipher, but for RFC 6238's codes and the prefix for a list of breaches", () => {
  // Of ciphers, AES in Galois/Counter Mode alone (ASVS V11.3.2).
  const weak =
    /["'`](md[245]|sha-?1|ripemd\d*|rc4|des\b[^"'`]*|aes-?\d+-(?!gcm)[^"'`]*|[^"'`]*-ecb)["'`]/i;
  expect(filesWith("src", weak)).toEqual([
    "src/lib/accounts/totp.ts",
    "src/lib/services/breached-passwords.ts",
  ]);
});

test("S68: nothing is drawn from Math.random, and no secret is a UUID", () => {
  expect(filesWith("src", /Math\.random/)).toEqual([]);
  expect(filesWith("src/lib", /token\w* = randomUUID/)).toEqual([]);
});

test("S48 S62: nothing is evaluated, no page talks to another window, and all of it is on one host", () => {
  const evaluated = /\beval\(|\bFunction\(|\b(setTimeout|setInterval)\(["'`]/;
  expect(filesWith("src", evaluated)).toEqual([]);
  const windows =
    /postMessage|Listener\(["'`]message|onmessage|BroadcastChannel|window\.(open|opener)\b/;
  expect(filesWith("src", windows)).toEqual([]);
  // What browsers have given up, or runs beside the page (ASVS V3.7.1).
  expect(filesWith("src", /<(applet|embed|iframe|frame)\b|<object \w+=|document\.domain/i)).toEqual(
    [],
  );
  // No page has anything loaded from elsewhere, so none needs another host to be trusted.
  const foreign =
    /\b(src|srcset|action|poster)=["'{`]+(https?:)?\/\/|<link [^>]*href=["'{`]+https?:/;
  expect(filesWith("src", foreign)).toEqual([]);
});

test("S10 S15: the database comes with no account, and keeps no hint or secret question", () => {
  expect(filesWith("database/migrations", /INSERT INTO users\b/i)).toEqual([]);
  const columns = /\b(hint|secret_question|secret_answer|security_question|security_answer)\b/i;
  expect(filesWith("database/migrations", columns)).toEqual([]);
  const question =
    /(secret|security) (question|answer)|maiden name|first pet|password hint|name="(hint|question|answer)"/i;
  expect(filesWith("src", question)).toEqual([]);
});

test("S56: no page of another origin may read an answer", () => {
  expect(Object.keys(SECURITY_HEADERS).join(" ")).not.toMatch(/access-control/i);
  expect(filesWith("src", /access-control-allow/i)).toEqual([]);
});

test("S54: what reads the policies finds one that is weak", () => {
  expect(findPolicyProblems("script-src 'unsafe-inline' *")).not.toEqual([]);
  expect(findPolicyProblems("default-src 'none'; script-src https:")).not.toEqual([]);
  expect(findPolicyProblems("default-src 'none'; frame-ancestors 'none'")).toEqual([]);
});
