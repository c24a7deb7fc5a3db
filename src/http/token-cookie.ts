import type { AstroCookies } from "astro";
import { CHALLENGE_SECONDS } from "#lib/accounts/passkey-challenges.ts";
import { SECOND_STEP_SECONDS } from "#lib/accounts/second-step.ts";
import { SOCIAL_SECONDS } from "#lib/accounts/social-flow.ts";

// Lax, not Strict: the way back from a provider is a navigation from another site.
const ATTRIBUTES = { path: "/", httpOnly: true, secure: true, sameSite: "lax" } as const;
const TOKEN = /^[\w-]{43}$/;

/** Holds a sign-in that waits for a code. */
export const secondStepCookie = tokenCookie("__Host-second-step", SECOND_STEP_SECONDS);
/** Holds a passkey's challenge: a signature counts in this browser alone. */
export const passkeyCookie = tokenCookie("__Host-passkey", CHALLENGE_SECONDS);
/** Binds a sign-in by another provider to the browser that began it. */
export const socialFlowCookie = tokenCookie("__Host-social", SOCIAL_SECONDS);
/** Opens whom a provider vouched for, until that has an account. */
export const socialPersonCookie = tokenCookie("__Host-social-person", SOCIAL_SECONDS);

function tokenCookie(name: string, seconds: number) {
  return {
    /** The token, or null when there is none of the right form. */
    read(cookies: AstroCookies): string | null {
      const value = cookies.get(name)?.value;
      return value && TOKEN.test(value) ? value : null;
    },
    write(cookies: AstroCookies, token: string): void {
      cookies.set(name, token, { ...ATTRIBUTES, maxAge: seconds });
    },
    delete(cookies: AstroCookies): void {
      cookies.delete(name, ATTRIBUTES);
    },
  };
}
