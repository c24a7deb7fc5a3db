import type { AstroCookies } from "astro";
import { isSlug } from "#lib/courses/slug.ts";
import { AppError } from "#lib/errors.ts";
import { MAX_COURSES } from "#lib/orders/start-checkout.ts";

// In the browser alone: it survives sign-in, and nothing is stored of a visitor who never buys.
const CART_COOKIE = "__Host-cart";
const ATTRIBUTES = { path: "/", httpOnly: true, secure: true, sameSite: "lax" } as const;
const KEPT_SECONDS = 30 * 86_400;

/** Slugs of the courses in the visitor's cart, in the order they came: 0 to MAX_COURSES. */
export function readCart(cookies: AstroCookies): string[] {
  const slugs = (cookies.get(CART_COOKIE)?.value ?? "").split(".").filter(isSlug);
  return [...new Set(slugs)].slice(0, MAX_COURSES);
}

/**
 * Adds a course; twice is once. Whether it is for sale is looked up when the cart is shown. Throws
 * AppError "conflict" when the cart is full.
 */
export function addToCart(cookies: AstroCookies, slug: string): void {
  const cart = readCart(cookies);
  if (cart.includes(slug)) return;
  if (cart.length >= MAX_COURSES)
    throw new AppError(
      "conflict",
      `A cart holds ${MAX_COURSES} courses. Buy these first, or take one out.`,
    );
  writeCart(cookies, [...cart, slug]);
}

/** Takes courses out; those that are not in the cart are no error. */
export function removeFromCart(cookies: AstroCookies, slugs: string[]): void {
  const cart = readCart(cookies);
  const rest = cart.filter((slug) => !slugs.includes(slug));
  if (rest.length < cart.length) writeCart(cookies, rest);
}

function writeCart(cookies: AstroCookies, slugs: string[]): void {
  if (slugs.length === 0) cookies.delete(CART_COOKIE, ATTRIBUTES);
  else cookies.set(CART_COOKIE, slugs.join("."), { ...ATTRIBUTES, maxAge: KEPT_SECONDS });
}
