import { defineMiddleware } from "astro:middleware";
import { setRateLimitHeaders } from "#http/rate-limit-headers.ts";
import { withSecurityHeaders } from "#http/headers.ts";
import { readEnvironment } from "#http/services.ts";

/** Security headers, caching rules and `noindex` outside production, on whatever comes out. */
export const secureResponse = defineMiddleware(async (context, next) => {
  const response = await next();
  if (context.isPrerendered) return response;
  const { APP_ENV, STRIPE_API_BASE } = readEnvironment();
  const secured = withSecurityHeaders(response, STRIPE_API_BASE ? [STRIPE_API_BASE] : []);
  if (!secured.headers.has("cache-control"))
    secured.headers.set("cache-control", "private, no-store");
  if (APP_ENV !== "production") secured.headers.set("x-robots-tag", "noindex");
  const { retryAfterSeconds, limits = [] } = context.locals;
  setRateLimitHeaders(secured.headers, limits);
  if (retryAfterSeconds) secured.headers.set("retry-after", String(retryAfterSeconds));
  return secured;
});
