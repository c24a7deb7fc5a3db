import type { AstroCookies } from "astro";
import { SECOND_STEP_SECONDS } from "#lib/accounts/second-step.ts";

const COOKIE = "__Host-second-step";
const ATTRIBUTES = { path: "/", httpOnly: true, secure: true, sameSite: "lax" } as const;
const TOKEN = /^[\w-]{43}$/;

/** Where a browser keeps the token of its sign-in that waits for a code. */
export const secondStepCookie = {
  /** The token, or null when there is none of the right form. */
  read(cookies: AstroCookies): string | null {
    const value = cookies.get(COOKIE)?.value;
    return value && TOKEN.test(value) ? value : null;
  },
  write(cookies: AstroCookies, token: string): void {
    cookies.set(COOKIE, token, { ...ATTRIBUTES, maxAge: SECOND_STEP_SECONDS });
  },
  delete(cookies: AstroCookies): void {
    cookies.delete(COOKIE, ATTRIBUTES);
  },
};
