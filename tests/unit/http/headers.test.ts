import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { SECURITY_HEADERS, withSecurityHeaders } from "#http/headers.ts";

test("S53 S55: static files carry the same headers as what the Worker answers", () => {
  const rules = readFileSync("public/_headers", "utf8");
  for (const [name, value] of Object.entries(SECURITY_HEADERS))
    expect(rules).toContain(`  ${name}: ${value}\n`);
  expect(rules).toContain("frame-ancestors 'none'");
});

test("S54: a response without a policy gets the closed one", () => {
  const policy = withSecurityHeaders(new Response("{}"), []).headers.get("content-security-policy");
  expect(policy).toContain("default-src 'none'");
});

test("S54: a page's policy keeps its hashes, forbids framing and lets forms lead to Stripe", () => {
  const headers = {
    "content-security-policy": "script-src 'sha256-x'; form-action 'self' https://a;",
  };
  const policy = withSecurityHeaders(new Response("", { headers }), [
    "http://localhost:4391",
  ]).headers.get("content-security-policy");
  expect(policy).toContain("'sha256-x'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).toContain("form-action 'self' http://localhost:4391 https://a");
});
