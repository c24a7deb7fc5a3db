import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { lateScript } from "../../../build/late-script.ts";

const ELEMENT = "node_modules/astro/dist/core/render/ssr-element.js";
const transform = lateScript().transform as (code: string, id: string) => string | undefined;

test("the Astro that is installed writes a page's script where the early script looks", () => {
  const before = readFileSync(ELEMENT, "utf8");
  const code = transform(before, `/anywhere/${ELEMENT}`);
  expect(code).toContain('props: { "data-late": createAssetLink(src, base,');
  expect(code?.split('type: "module"').length).toBe(before.split('type: "module"').length - 1);
});

test("no other module is touched, and an Astro that is another one is not passed over", () => {
  expect(transform("props: { type: 'module' }", "/anywhere/other.js")).toBeUndefined();
  expect(() => transform("props: {}", `/anywhere/${ELEMENT}`)).toThrow(/another way/);
});
