import { defineMiddleware } from "astro:middleware";
import { openRequestServices } from "#http/services.ts";

/** Opens this request's clients and counts what it asks of them. */
export const openServices = defineMiddleware((context, next) => {
  const { locals } = context;
  if (context.isPrerendered || locals.problem) return next();
  locals.services = openRequestServices({
    onQuery: () => (locals.calls.database += 1),
    onCommand: () => (locals.calls.redis += 1),
  });
  return next();
});
