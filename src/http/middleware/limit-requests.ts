import { defineMiddleware } from "astro:middleware";
import { clientAddress } from "#http/client-address.ts";
import { readTyped } from "#http/form.ts";
import { isProvedOtherwise } from "#http/origin.ts";
import { RateLimitError } from "#lib/rate-limits.ts";
import { countRequest } from "#lib/request-limit.ts";

// Reports have limits of their own, so that they don't use up their page's reader's. To say that the
// isolate lives costs less than to refuse it.
const NOT_COUNTED = ["/api/vitals", "/api/errors", "/api/health/live"];

/**
 * The limit of everything that has no other, by address. It costs no time: nobody waits for Redis.
 */
export const limitRequests = defineMiddleware(async (context, next) => {
  const { locals, request, routePattern, url } = context;
  if (context.isPrerendered || locals.problem) return next();
  if (NOT_COUNTED.includes(routePattern) || isProvedOtherwise(url)) return next();
  const isSearch = routePattern === "/courses" && Boolean(url.searchParams.get("q"));
  const name = isSearch ? "search" : "requests";
  const address = clientAddress(request);
  const { isAllowed, state, shared } = countRequest(locals.services, name, address);
  locals.limits = [state];
  if (shared) locals.cfContext.waitUntil(shared);
  if (isAllowed) return next();
  // The page that says so offers to send it once more.
  locals.refusedForm = await readTyped(request);
  throw new RateLimitError([state]);
});
