import type { SecurityEventKind } from "#lib/accounts/security-queries.ts";

const EVENTS: Record<SecurityEventKind, string> = {
  "sign-in": "Signed in on a device that was not remembered",
  "password-changed": "Password changed",
  "password-reset": "Password set anew with a link from the mail",
  "email-change-asked": "Another address asked for",
  "email-changed": "Address changed",
  "second-factor-on": "Second factor turned on",
  "second-factor-off": "Second factor turned off",
  "deletion-asked": "Account closed, to be erased",
  "deletion-taken-back": "Account kept after all",
  "looked-at": "Looked at as you see it, to help you",
  "identity-linked": "Sign-in by Google or GitHub added",
  "identity-removed": "Sign-in by Google or GitHub removed",
  "passkey-added": "Passkey added",
  "passkey-removed": "Passkey removed",
  "passkey-sign-in": "Signed in with a passkey",
  "session-ended": "One device signed out",
  "other-sessions-ended": "All other devices signed out",
  "all-sessions-ended": "All devices signed out",
};

/** What happened on an account, in its owner's words. */
export function describeEvent(kind: SecurityEventKind): string {
  return EVENTS[kind];
}

/** How long ago something was, such as "3 hours ago"; the last minutes are "now". */
export function formatAgo(time: Date, now: Date): string {
  const minutes = Math.round((now.getTime() - time.getTime()) / 60_000);
  if (minutes < 5) return "now";
  if (minutes < 90) return AGO.format(-minutes, "minute");
  if (minutes < 36 * 60) return AGO.format(-Math.round(minutes / 60), "hour");
  return AGO.format(-Math.round(minutes / (24 * 60)), "day");
}

const AGO = new Intl.RelativeTimeFormat("en-GB");
