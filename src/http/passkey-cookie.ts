import type { AstroCookies } from "astro";
import { CHALLENGE_SECONDS } from "#lib/accounts/passkey-challenges.ts";

const COOKIE = "__Host-passkey";
const ATTRIBUTES = { path: "/", httpOnly: true, secure: true, sameSite: "lax" } as const;
const TOKEN = /^[\w-]{43}$/;

/** Where a browser keeps the token of its challenge: a signature counts in this browser alone. */
export const passkeyCookie = {
  /** The token, or null when there is none of the right form. */
  read(cookies: AstroCookies): string | null {
    const value = cookies.get(COOKIE)?.value;
    return value && TOKEN.test(value) ? value : null;
  },
  write(cookies: AstroCookies, token: string): void {
    cookies.set(COOKIE, token, { ...ATTRIBUTES, maxAge: CHALLENGE_SECONDS });
  },
  delete(cookies: AstroCookies): void {
    cookies.delete(COOKIE, ATTRIBUTES);
  },
};
