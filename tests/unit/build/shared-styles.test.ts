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

test("a stylesheet that routes have among others is written once, and each route has its own in their order", () => {
  const code = `export const routes=[${style("a{}\nb{}\n")},${style("c{}\na{}\n")}];`;
  expect(shareStyles(code)).toBe(
    'const SHARED_STYLE_0="a{}\\n";export const routes=[' +
      '{"type":"inline","content":SHARED_STYLE_0+"b{}\\n"},' +
      '{"type":"inline","content":"c{}\\n"+SHARED_STYLE_0}];',
  );
});

test("a module without repeated styles stays as it is", () => {
  const code = `export const routes=[${style("a{}")},${style("b{}")}];`;
  expect(shareStyles(code)).toBe(code);
});
