const DAY_MS = 24 * 60 * 60 * 1000;
// Under a year, as RFC 9116 (2.5.5) recommends.
const VALID_DAYS = 180;

/**
 * Where to report a weakness (RFC 9116). It runs out half a year after the day it is asked for: a
 * shop that answers at all stands by it. `siteUrl` has no slash at its end.
 */
export function securityTxt(siteUrl: string, now: Date): string {
  const today = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
  const expires = new Date(today + VALID_DAYS * DAY_MS).toISOString();
  const lines = [
    `Contact: ${siteUrl}/contact`,
    `Expires: ${expires}`,
    "Preferred-Languages: en",
    `Canonical: ${siteUrl}/.well-known/security.txt`,
  ];
  return `${lines.join("\n")}\n`;
}
