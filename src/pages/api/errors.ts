import type { APIRoute } from "astro";
import { clientAddress } from "#http/client-address.ts";
import { methodNotAllowed } from "#http/problem.ts";
import { AppError } from "#lib/errors.ts";
import { forwardEnvelope } from "#lib/services/error-tunnel.ts";
import { enforceLimits, EVERYBODY } from "#lib/rate-limits.ts";

/**
 * Takes the browser's error reports and hands them to Sentry, so that pages talk to no third party and the policy allows none
 * (docs.sentry.io, "Dealing with Ad-Blockers"). Without a DSN they are dropped.
 */
export const POST: APIRoute = async ({ locals, request }) => {
  const { redis, environment } = locals.services;
  await enforceLimits(redis, [
    ["errors", clientAddress(request)],
    ["errors-all", EVERYBODY],
  ]);
  const envelope = await request.text();
  if (!isEnvelope(envelope)) throw new AppError("invalid", "The body is not an envelope.");
  if (environment.SENTRY_DSN)
    locals.cfContext.waitUntil(forwardEnvelope(environment.SENTRY_DSN, envelope));
  return new Response(null, { status: 204, headers: { "Cache-Control": "no-store" } });
};

// A line of JSON about the whole, then the items (develop.sentry.dev/sdk/foundations/envelopes).
function isEnvelope(body: string): boolean {
  const [header = "", item] = body.split("\n", 2);
  try {
    return header.startsWith("{") && item !== undefined && Boolean(JSON.parse(header));
  } catch {
    return false;
  }
}

export const ALL = methodNotAllowed("POST");
