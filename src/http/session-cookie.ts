import type { AstroCookies } from "astro";
import { ABSOLUTE_SECONDS } from "#lib/accounts/sessions.ts";
import { isUuid } from "#lib/uuid.ts";

// The prefix makes browsers refuse the cookie unless it is Secure, host-only and for the whole site.
const SESSION_COOKIE = "__Host-session";
const REGISTRATION_COOKIE = "__Host-registration";
const LINK_COOKIE = "__Host-confirmation";
const LINK_SECONDS = 600;
// Lax, not Strict: the way back from Stripe is a cross-site navigation and must not sign anybody out.
const ATTRIBUTES = { path: "/", httpOnly: true, secure: true, sameSite: "lax" } as const;
const TOKEN = /^[\w-]{43}$/;

/** The session id of the visitor's cookie, or null when there is none of the right form. */
export function readSessionCookie(cookies: AstroCookies): string | null {
  const value = cookies.get(SESSION_COOKIE)?.value;
  return value && TOKEN.test(value) ? value : null;
}

export function writeSessionCookie(cookies: AstroCookies, id: string): void {
  cookies.set(SESSION_COOKIE, id, { ...ATTRIBUTES, maxAge: ABSOLUTE_SECONDS });
}

export function deleteSessionCookie(cookies: AstroCookies): void {
  cookies.delete(SESSION_COOKIE, ATTRIBUTES);
}

/** The sign-up that this browser began, or null. */
export function readRegistrationCookie(cookies: AstroCookies): string | null {
  const value = cookies.get(REGISTRATION_COOKIE)?.value;
  return isUuid(value) ? value : null;
}

export function writeRegistrationCookie(cookies: AstroCookies, id: string, seconds: number): void {
  cookies.set(REGISTRATION_COOKIE, id, { ...ATTRIBUTES, maxAge: seconds });
}

export function deleteRegistrationCookie(cookies: AstroCookies): void {
  cookies.delete(REGISTRATION_COOKIE, ATTRIBUTES);
}

/** The proof of a mailed link, moved out of the address into a cookie of ten minutes. */
export function writeLinkCookie(cookies: AstroCookies, registration: string, token: string): void {
  cookies.set(LINK_COOKIE, `${registration}.${token}`, { ...ATTRIBUTES, maxAge: LINK_SECONDS });
}

/** The proof of the mailed link that this browser opened, or null. */
export function readLinkCookie(
  cookies: AstroCookies,
): { registration: string; token: string } | null {
  const [registration = "", token = ""] = cookies.get(LINK_COOKIE)?.value.split(".") ?? [];
  return isUuid(registration) && TOKEN.test(token) ? { registration, token } : null;
}

export function deleteLinkCookie(cookies: AstroCookies): void {
  cookies.delete(LINK_COOKIE, ATTRIBUTES);
}
