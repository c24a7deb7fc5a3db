/**
 * Upstash's REST address and token from the `rediss://default:TOKEN@HOST:PORT` form that its console
 * also shows; nothing when `url` is not of that form.
 */
export function parseRedisUrl(url: unknown): Record<string, string> {
  if (typeof url !== "string" || !URL.canParse(url)) return {};
  const { protocol, hostname, password } = new URL(url);
  if (!/^rediss?:$/.test(protocol) || !password) return {};
  return {
    UPSTASH_REDIS_REST_URL: `https://${hostname}`,
    UPSTASH_REDIS_REST_TOKEN: decodeURIComponent(password),
  };
}
