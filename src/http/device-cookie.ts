import type { AstroCookies } from "astro";
import { issueKnownDevice, KNOWN_DEVICE_SECONDS } from "#lib/accounts/known-device.ts";

const COOKIE = "__Host-device";
const ATTRIBUTES = { path: "/", httpOnly: true, secure: true, sameSite: "lax" } as const;
const FORM = /^[\w-]{43}\.[0-9a-z]{1,11}\.[\w-]{43}$/;

/** What this browser keeps as a known device, or null when it is of another form. */
export function readDeviceCookie(cookies: AstroCookies): string | null {
  const value = cookies.get(COOKIE)?.value;
  return value && FORM.test(value) ? value : null;
}

/** Makes this browser known for the account. It stays so after signing out: see RATE_LIMITS. */
export function writeDeviceCookie(cookies: AstroCookies, secret: string, email: string): void {
  const value = issueKnownDevice(secret, email, new Date());
  cookies.set(COOKIE, value, { ...ATTRIBUTES, maxAge: KNOWN_DEVICE_SECONDS });
}
