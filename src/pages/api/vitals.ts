import type { APIRoute } from "astro";
import { z } from "zod";
import { clientAddress } from "#http/client-address.ts";
import { parseJson } from "#http/json.ts";
import { methodNotAllowed } from "#http/problem.ts";
import { PAGE_ROUTES } from "#http/routes.ts";
import { DependencyError } from "#lib/errors.ts";
import { countVitals } from "#lib/operations/vitals.ts";
import { enforceLimits, EVERYBODY } from "#lib/rate-limits.ts";

const milliseconds = z.number().min(0).max(600_000).optional();
const beacon = z.strictObject({
  route: z.string().refine((route) => PAGE_ROUTES.has(route), "is not a page of this shop"),
  metrics: z.strictObject({
    LCP: milliseconds,
    INP: milliseconds,
    TTFB: milliseconds,
    FCP: milliseconds,
    CLS: z.number().min(0).max(100).optional(),
  }),
});

/** What one page view measured (`src/scripts/vitals.ts`), counted by route. Nothing about the visitor is kept. */
export const POST: APIRoute = async ({ locals, request }) => {
  const { services } = locals;
  const body = await parseJson(request, beacon);
  if ("refusal" in body) return body.refusal;
  try {
    await enforceLimits(services.redis, [
      ["vitals", clientAddress(request)],
      ["vitals-all", EVERYBODY],
    ]);
    await countVitals(services.database, { ...body.data, now: new Date() });
  } catch (error) {
    // A measurement is not worth an error: with the database away it is dropped.
    if (!(error instanceof DependencyError)) throw error;
  }
  return new Response(null, { status: 204, headers: { "Cache-Control": "no-store" } });
};

export const ALL = methodNotAllowed("POST");
