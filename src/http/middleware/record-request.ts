import { defineMiddleware } from "astro:middleware";
import { log } from "#http/log.ts";

/** Gives the request its id and writes one line about it when it is answered. */
export const recordRequest = defineMiddleware(async (context, next) => {
  if (context.isPrerendered || context.locals.requestId) return next();
  const startedAt = Date.now();
  const requestId = crypto.randomUUID();
  const about = { requestId, method: context.request.method, route: context.routePattern };
  context.locals.requestId = requestId;
  context.locals.calls = { database: 0, redis: 0 };
  context.locals.log = (event, details) => log("warn", event, { ...about, ...details });
  const response = await next();
  response.headers.set("X-Request-Id", requestId);
  log("info", "request", {
    ...about,
    status: response.status,
    durationMs: Date.now() - startedAt,
    calls: context.locals.calls,
  });
  return response;
});
