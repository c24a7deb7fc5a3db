import { defineMiddleware } from "astro:middleware";
import { isFromOurPages } from "#http/origin.ts";
import { problemResponse } from "#http/problem.ts";
import { AppError } from "#lib/errors.ts";

const PAGE_METHODS = ["GET", "HEAD"];
// The framework's own: images are files here, and no part of a page comes by itself.
const UNUSED_ROUTES = ["/_image", "/_server-islands/[name]"];
const CONTROL_CHARACTER = /\p{Cc}/u;
const ENCODED_PERCENT = /^[^?#]*%25/;

/** Refuses what no page or endpoint of ours can mean, before anything is opened for it. */
export const refuseBadRequests = defineMiddleware((context, next) => {
  const { request, url, routePattern } = context;
  if (context.isPrerendered || context.locals.problem) return next();
  if (UNUSED_ROUTES.includes(routePattern))
    throw new AppError("not-found", "There is no such page.");
  const isPage = !routePattern.startsWith("/api/");
  const isAction = url.searchParams.has("_action") || routePattern.startsWith("/_actions");
  const methods = methodsOf(routePattern, isAction);
  if (isPage && !methods.includes(request.method))
    return problemResponse({ status: 405, headers: { Allow: methods.join(", ") } });
  // Every action takes a form; Astro would parse JSON before it says so, and fail on what is none.
  if (isAction && request.headers.get("content-type")?.startsWith("application/json"))
    return problemResponse({ status: 415 });
  if (CONTROL_CHARACTER.test(decode(url.pathname) + decode(url.search)))
    throw new AppError("invalid", "This address holds characters that can't be used.");
  // Astro decodes a path until nothing is left to decode; no path of ours holds a percent sign (ASVS V1.1.1).
  if (ENCODED_PERCENT.test(request.url))
    throw new AppError("invalid", "This address is encoded twice.");
  if (!isFromOurPages(request, url))
    throw new AppError("forbidden", "This request did not come from one of our pages.", {
      event: "cross-site-request-refused",
    });
  return next();
});

// An endpoint says itself which it has; a page's form is posted to its action.
function methodsOf(routePattern: string, isAction: boolean): string[] {
  if (routePattern.startsWith("/_actions")) return ["POST"];
  return isAction ? [...PAGE_METHODS, "POST"] : PAGE_METHODS;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw new AppError("invalid", "This address is not encoded as an address should be.");
  }
}
