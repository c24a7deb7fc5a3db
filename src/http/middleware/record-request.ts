import { defineMiddleware } from "astro:middleware";
import type { APIContext } from "astro";
import { clientAddress } from "#http/client-address.ts";
import { clientReference, personReference } from "#http/log-references.ts";
import { log } from "#http/log.ts";
import { readEnvironment } from "#http/services.ts";

/** Gives the request its id and writes one line about it when it is answered. */
export const recordRequest = defineMiddleware(async (context, next) => {
  if (context.isPrerendered || context.locals.requestId) return next();
  const startedAt = Date.now();
  const { locals } = context;
  locals.requestId = crypto.randomUUID();
  locals.calls = { database: 0, redis: 0 };
  const about = describe(context);
  locals.log = (event, details, level = "warn") => log(level, event, { ...about(), ...details });
  const response = await next();
  response.headers.set("X-Request-Id", locals.requestId);
  const durationMs = Date.now() - startedAt;
  const { calls } = locals;
  locals.log("request", { status: response.status, durationMs, calls }, "info");
  return response;
});

// Who asks is known later than that somebody does.
function describe({ locals, request, routePattern }: APIContext): () => Record<string, unknown> {
  const environment = readEnvironment();
  const { requestId } = locals;
  const { method } = request;
  const client = clientReference(environment, clientAddress(request));
  return () => {
    const person = locals.session ? personReference(environment, locals.session.userId) : null;
    return { requestId, method, route: routePattern, client, person };
  };
}
