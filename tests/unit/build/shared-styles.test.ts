import { expect, test } from "vitest";
import { shareStyles } from "../../../build/shared-styles.ts";

const style = (css: string) => `{"type":"inline","content":${JSON.stringify(css)}}`;

test("a style of many routes is written once, and each route still has it", () => {
  const css = 'a::before{content:"\\""}';
  const code = `export const routes=[${style(css)},${style("b{}")},${style(css)}];`;
  const shared = '{"type":"inline","content":SHARED_STYLE_0}';
  expect(shareStyles(code)).toBe(
    `const SHARED_STYLE_0=${JSON.stringify(css)};` +
      `export const routes=[${shared},${style("b{}")},${shared}];`,
  );
});

test("a module without repeated styles stays as it is", () => {
  const code = `export const routes=[${style("a{}")},${style("b{}")}];`;
  expect(shareStyles(code)).toBe(code);
});
