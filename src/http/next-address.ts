/**
 * The path that a visitor was going to, from `?next=`, or `fallback`. Only a path on this site comes back: never a
 * scheme, a host, a backslash or a control character (ASVS V3.7.2).
 */
export function nextAddress(next: string | null | undefined, fallback: string): string {
  if (!next?.startsWith("/") || /^\/[/\\]|[\\\p{Cc}]/u.test(next)) return fallback;
  const base = "https://slipway.invalid";
  if (!URL.canParse(next, base)) return fallback;
  const url = new URL(next, base);
  // Resolving can turn /..//host into //host: judge what the browser would see.
  if (url.origin !== base || url.pathname.startsWith("//")) return fallback;
  return url.pathname + url.search + url.hash;
}
