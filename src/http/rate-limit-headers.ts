import { RATE_LIMITS, type LimitState } from "#lib/rate-limits.ts";

/**
 * Tells a client which limits it is under and what is left of them: String items of a structured
 * field (draft-ietf-httpapi-ratelimit-headers-11). What any cache may keep says nothing about one
 * client.
 */
export function setRateLimitHeaders(headers: Headers, limits: LimitState[]): void {
  if (limits.length === 0 || headers.get("cache-control")?.includes("public")) return;
  headers.set("RateLimit-Policy", limits.map(({ name }) => policy(name)).join(", "));
  headers.set("RateLimit", limits.map(serviceLimit).join(", "));
}

function policy(name: LimitState["name"]): string {
  const { requests, windowSeconds } = RATE_LIMITS[name];
  return `"${name}";q=${requests};w=${windowSeconds}`;
}

function serviceLimit({ name, remaining, resetSeconds }: LimitState): string {
  return `"${name}";r=${remaining};t=${resetSeconds}`;
}
