import { expect, test } from "vitest";
import { nextAddress } from "#http/next-address.ts";

test.each(["/learn", "/courses/a?x=1#top", "/checkout/production-deployment"])(
  "a path on this site is kept: %s",
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
])("anything else becomes the fallback: %j", (next) => {
  expect(nextAddress(next, "/learn")).toBe("/learn");
});
