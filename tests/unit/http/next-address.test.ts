import { expect, test } from "vitest";
import { nextAddress } from "#http/next-address.ts";

test.each(["/learn", "/courses/a?x=1#top", "/checkout/production-deployment"])(
  "S38: a path on this site is kept: %s",
  (path) => {
    expect(nextAddress(path, "/")).toBe(path);
  },
);

test.each([
  null,
  undefined,
  "",
  "learn",
  "//evil.example",
  "/\\evil.example",
  "\\\\evil.example",
  "https://evil.example",
  "https:evil.example",
  "javascript:alert(1)",
  "/\tevil.example",
  "/%0d%0aSet-Cookie:x=1\r\nX: 1",
  "/./\\evil.example",
  "/..//evil.example",
  "/.//evil.example",
  "//evil.example/%2f..",
  "http://user@evil.example",
])("S38: anything else becomes the fallback: %j", (next) => {
  expect(nextAddress(next, "/learn")).toBe("/learn");
});

const SITE = "https://shop.example";
// What browsers, proxies and servers have taken for the beginning of another address.
const BEGINNINGS = [
  ...String.raw`// /// //// /\ \\ \/ /\/ \/\/ //\ /./\ /.// /..// /x/..//`.split(" "),
  ...["\t", "\n", "\r", "\r\n", "\0", " ", "\u00a0", "\ufeff", "\u2028", "\u0085"].flatMap(
    (space) => [`${space}//`, `/${space}/`],
  ),
  ..."%2f%2f /%2f%2f /%2F/ %5c%5c /%5c /%09/ /%0d%0a/ /%252f/ /%2e%2e// /%e2%80%ae//".split(" "),
  ...String.raw`https:// https:/ https: https:\\ HTTPS:// http: ftp:// ws:// file:///`.split(" "),
  ..."//user@ https://user:word@ //shop.example@ https://shop.example. //shop.example:80@".split(
    " ",
  ),
  // Signs that look like a dot or a slash.
  ..."//\u3002 //\uff0f /\uff0f\uff0f \uff0f\uff0f /\u2215\u2215".split(" "),
];
const ENDS = "evil.example evil.example/learn evil.example?x=/learn %65vil.example#/learn".split(
  " ",
);
const SCRIPTS = ["javascript:", "java\nscript:", "\tJAVASCRIPT:", "data:text/html,", "vbscript:"];

test("S38: none of two hundred addresses leads away from this site", () => {
  const payloads = [
    ...BEGINNINGS.flatMap((beginning) => ENDS.map((end) => beginning + end)),
    ...SCRIPTS.flatMap((script) =>
      [script, `/${script}`, `//${script}//`].map((s) => `${s}alert(1)`),
    ),
  ];
  expect(payloads.length).toBeGreaterThanOrEqual(200);
  for (const payload of payloads) {
    const address = nextAddress(payload, "/learn");
    expect(new URL(address, SITE).origin, payload).toBe(SITE);
    // What servers between the browser and us might read otherwise.
    expect(address, payload).toMatch(/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/);
  }
});
