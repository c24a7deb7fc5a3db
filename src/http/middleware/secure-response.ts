import { defineMiddleware } from "astro:middleware";
import { setRateLimitHeaders } from "#http/rate-limit-headers.ts";
import { withSecurityHeaders } from "#http/headers.ts";
import { readEnvironment } from "#http/services.ts";
import { providerOrigins } from "#lib/services/social-providers.ts";

// Browsers hold a form's redirect to its page's policy, too: these have the buttons.
const LEADS_TO_PROVIDERS = new Set(["/sign-in", "/sign-up", "/account/connected"]);

/** Security headers, caching rules and `noindex` outside production, on whatever comes out. */
export const secureResponse = defineMiddleware(async (context, next) => {
  const response = await next();
  if (context.isPrerendered) return response;
  const environment = readEnvironment();
  const { APP_ENV, STRIPE_API_BASE } = environment;
  const targets = STRIPE_API_BASE ? [STRIPE_API_BASE] : [];
  if (LEADS_TO_PROVIDERS.has(context.routePattern)) targets.push(...providerOrigins(environment));
  const secured = withSecurityHeaders(response, targets);
  if (!secured.headers.has("cache-control"))
    secured.headers.set("cache-control", "private, no-store");
  if (APP_ENV !== "production") secured.headers.set("x-robots-tag", "noindex");
  const { retryAfterSeconds, limits = [] } = context.locals;
  setRateLimitHeaders(secured.headers, limits);
  if (retryAfterSeconds) secured.headers.set("retry-after", String(retryAfterSeconds));
  return secured;
});
