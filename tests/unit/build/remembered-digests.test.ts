import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { rememberDigests } from "../../../build/remembered-digests.ts";

const FILE = join(import.meta.dirname, "../../../node_modules/astro/dist/core/encryption.js");
const SURROUNDINGS = `
const ALGORITHMS = { "SHA-256": "sha256-" };
const encoder = new TextEncoder();
const encodeBase64 = (bytes) => Buffer.from(bytes).toString("base64");`;

type Transform = (code: string, id: string) => string | undefined;
const transform = rememberDigests().transform as unknown as Transform;

test("a style is hashed once, and its digest is what it was", async () => {
  const code = transform(readFileSync(FILE, "utf8"), FILE) ?? "";
  const own = /const digests[\s\S]*?(?=\nasync function generateContentHash)/.exec(code)?.[0] ?? "";
  const module = encodeURIComponent(`${SURROUNDINGS}\n${own}\nexport { generateCspDigest };`);
  const { generateCspDigest } = (await import(`data:text/javascript,${module}`)) as {
    generateCspDigest: (data: string, algorithm: string) => Promise<string>;
  };
  const digest = vi.spyOn(crypto.subtle, "digest");
  const first = "sha256-fJgEClQWV1hGkK4qHMO0KotTsVnMYMXTq7/suurGyUo=";
  expect(await generateCspDigest("body{}", "SHA-256")).toBe(first);
  expect(await generateCspDigest("body{}", "SHA-256")).toBe(first);
  expect(await generateCspDigest("main{}", "SHA-256")).not.toBe(first);
  expect(digest).toHaveBeenCalledTimes(2);
});

test("an Astro that computes its digests otherwise stops the build", () => {
  expect(() => transform("export {};", FILE)).toThrow("another way");
  expect(transform("export {};", "/src/pages/index.astro")).toBeUndefined();
});
