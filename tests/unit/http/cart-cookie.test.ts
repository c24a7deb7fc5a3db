import { expect, test } from "vitest";
import { addToCart, readCart, removeFromCart } from "#http/cart-cookie.ts";
import { makeJar } from "../../support/cookie-jar.ts";

function jar(value?: string) {
  const { cookies, valueOf } = makeJar(value === undefined ? {} : { "__Host-cart": value });
  return { cookies, written: () => valueOf("__Host-cart") };
}

const TEN = Array.from({ length: 10 }, (_, index) => `course-${index}`);

test.each([
  ["nothing", undefined, []],
  ["an empty value", "", []],
  ["two courses, in their order", "b.a", ["b", "a"]],
  ["the same one twice", "a.b.a", ["a", "b"]],
  ["what can be no course", "a.<b>.C.../x.é.b", ["a", "b"]],
  ["more than an order takes", [...TEN, "more"].join("."), TEN],
  ["one that is far too long", "a".repeat(4_000), []],
])("a cart of %s", (_, value, slugs) => {
  expect(readCart(jar(value).cookies)).toEqual(slugs);
});

test("a course is added once, behind the others", () => {
  const { cookies, written } = jar("b");
  addToCart(cookies, "a");
  addToCart(cookies, "b");
  expect(written()).toBe("b.a");
});

test("a full cart refuses one more and stays as it is", () => {
  const { cookies, written } = jar(TEN.join("."));
  expect(() => addToCart(cookies, "more")).toThrow(/holds 10 courses/);
  addToCart(cookies, "course-3");
  expect(written()).toBe(TEN.join("."));
});

test("an empty cart leaves no cookie", () => {
  const { cookies, written } = jar("a.b");
  removeFromCart(cookies, ["a", "nowhere"]);
  expect(written()).toBe("b");
  removeFromCart(cookies, ["b"]);
  expect(written()).toBeUndefined();
});
