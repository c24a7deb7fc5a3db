import type { AstroCookies } from "astro";
import { nextAddress } from "./next-address.ts";

const COOKIE = "__Host-social-next";
const ATTRIBUTES = { path: "/", httpOnly: true, secure: true, sameSite: "lax" } as const;
// Longer than the sign-in itself may take: it is for those who come back too late.
const SECONDS = 24 * 60 * 60;
// Browsers drop a cookie of 4 KiB, and each character may become three.
const MAX_CHARACTERS = 1_000;

/**
 * Keeps where somebody was going to, as `nextAddress` gives it, while another provider signs them in.
 * Redis forgets that with the sign-in itself, and the way there is not to be lost with it.
 */
export function writeSocialNext(cookies: AstroCookies, next: string): void {
  if (next.length > MAX_CHARACTERS) deleteSocialNext(cookies);
  else cookies.set(COOKIE, next, { ...ATTRIBUTES, maxAge: SECONDS });
}

/** Where this browser was going to: a path on this site, whatever the cookie holds. */
export function readSocialNext(cookies: AstroCookies): string {
  return nextAddress(cookies.get(COOKIE)?.value, "/learn");
}

export function deleteSocialNext(cookies: AstroCookies): void {
  cookies.delete(COOKIE, ATTRIBUTES);
}
