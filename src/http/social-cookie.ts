import type { AstroCookies } from "astro";
import { SOCIAL_SECONDS } from "#lib/accounts/social-flow.ts";

// Lax, not Strict: the way back from a provider is a navigation from another site.
const ATTRIBUTES = { path: "/", httpOnly: true, secure: true, sameSite: "lax" } as const;
const TOKEN = /^[\w-]{43}$/;

/** Binds a sign-in by another provider to the browser that began it. */
export const socialFlowCookie = tokenCookie("__Host-social");
/** Opens whom a provider vouched for, until that has an account. */
export const socialPersonCookie = tokenCookie("__Host-social-person");

function tokenCookie(name: string) {
  return {
    /** The token, or null when there is none of the right form. */
    read(cookies: AstroCookies): string | null {
      const value = cookies.get(name)?.value;
      return value && TOKEN.test(value) ? value : null;
    },
    write(cookies: AstroCookies, token: string): void {
      cookies.set(name, token, { ...ATTRIBUTES, maxAge: SOCIAL_SECONDS });
    },
    delete(cookies: AstroCookies): void {
      cookies.delete(name, ATTRIBUTES);
    },
  };
}
