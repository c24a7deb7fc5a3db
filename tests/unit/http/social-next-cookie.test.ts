import type { AstroCookies } from "astro";
import { expect, test } from "vitest";
import { readSocialNext, writeSocialNext } from "#http/social-next-cookie.ts";

/** A browser that holds this value as the cookie. */
function browser(value?: string): AstroCookies {
  const values = new Map(value === undefined ? [] : [["__Host-social-next", value]]);
  const cookies = {
    get: (name: string) => (values.has(name) ? { value: values.get(name) } : undefined),
    set: (name: string, content: string) => values.set(name, content),
    delete: (name: string) => values.delete(name),
  };
  return cookies as unknown as AstroCookies;
}

test("where somebody was going is kept, and one without a cookie goes to the courses of their own", () => {
  const cookies = browser();
  expect(readSocialNext(cookies)).toBe("/learn");
  writeSocialNext(cookies, "/courses/a?x=1#top");
  expect(readSocialNext(cookies)).toBe("/courses/a?x=1#top");
});

test.each([
  "//evil.example",
  "https://evil.example",
  "/\\evil.example",
  "javascript:alert(1)",
  "%",
])("S38 a cookie that leads elsewhere leads nowhere: %s", (value) => {
  expect(readSocialNext(browser(value))).toBe("/learn");
});

test("an address that no browser would keep is not kept, nor the one before it", () => {
  const cookies = browser("/courses");
  writeSocialNext(cookies, `/${"a".repeat(1_000)}`);
  expect(readSocialNext(cookies)).toBe("/learn");
});
