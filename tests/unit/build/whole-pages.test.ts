import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { wholePages } from "../../../build/whole-pages.ts";

const HANDLER = "node_modules/@astrojs/cloudflare/dist/utils/handler.js";
const transform = wholePages().transform as (code: string, id: string) => string | undefined;

test("the adapter that is installed makes an app that renders whole pages", () => {
  const code = transform(readFileSync(HANDLER, "utf8"), `/anywhere/${HANDLER}`);
  expect(code).toContain("createApp({ streaming: false })");
  expect(code).not.toContain("createApp()");
});

test("no other module is touched, and an adapter that is another one is not passed over", () => {
  expect(transform("const app = createApp();", "/anywhere/other.js")).toBeUndefined();
  expect(() => transform("const app = makeApp();", `/anywhere/${HANDLER}`)).toThrow(/another way/);
});
