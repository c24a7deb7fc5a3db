import { defineMiddleware } from "astro:middleware";
import type { APIContext } from "astro";
import { noteFailure, noteRefusal } from "#http/note-refusal.ts";
import { problemOf, problemResponse } from "#http/problem.ts";
import { isReportable, reportError } from "#http/report.ts";
import { AppError } from "#lib/errors.ts";

/**
 * The one place where a throw becomes a response: problem+json for machines, a page or the way to sign in for people.
 * Pages are rendered whole first (build/whole-pages.ts), so that a throw in one is a 500 and not half a page that said 200.
 */
export const translateFailures = defineMiddleware(async (context, next) => {
  // A rewrite to an error page comes through here again; a throw there must not loop.
  if (context.isPrerendered || context.locals.problem) return next();
  try {
    return await readToEnd(await next());
  } catch (error) {
    const { requestId } = context.locals;
    const route = `${context.request.method} ${context.routePattern}`;
    if (isReportable(error)) {
      noteFailure(context, error);
      reportError(context, error, route);
    }
    if (error instanceof AppError) noteRefusal(context, error);
    return isForMachines(context) ? failEndpoint(error, requestId) : failPage(context, error);
  }
});

// With hot reload Astro streams: a page without a length has not been rendered to its end.
async function readToEnd(response: Response): Promise<Response> {
  const { headers } = response;
  if (!headers.get("content-type")?.startsWith("text/html")) return response;
  headers.set("content-type", "text/html; charset=utf-8");
  return headers.has("content-length") ? response : new Response(await response.text(), response);
}

function failEndpoint(error: unknown, requestId: string): Response {
  if (error instanceof AppError) return problemOf(error, requestId);
  return problemResponse({ status: 500, detail: "Something went wrong on our side.", requestId });
}

async function failPage(context: APIContext, error: unknown): Promise<Response> {
  if (error instanceof AppError && error.code === "unauthorized") {
    const next = context.url.pathname + context.url.search;
    return context.redirect(`/sign-in?next=${encodeURIComponent(next)}`, 303);
  }
  const status = error instanceof AppError ? error.status : 500;
  const message = error instanceof AppError ? error.message : null;
  const address = context.url.pathname + context.url.search;
  context.locals.problem = { status, message, address };
  const page = await context.rewrite(`/${[404, 429, 503].includes(status) ? status : 500}`);
  return readToEnd(new Response(page.body, { status, headers: page.headers }));
}

function isForMachines(context: APIContext): boolean {
  return context.routePattern.startsWith("/api/") || context.routePattern.startsWith("/_actions");
}
