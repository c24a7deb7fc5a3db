import type { APIRoute } from "astro";
import { requireSession } from "#http/guards.ts";
import { methodNotAllowed } from "#http/problem.ts";
import { findPersonalData } from "#lib/accounts/export-queries.ts";

/** All that the shop keeps about who is signed in, as one file (GDPR, articles 15 and 20). */
export const GET: APIRoute = async (context) => {
  const { userId } = requireSession(context);
  const data = await findPersonalData(context.locals.services.database, userId);
  return new Response(`${JSON.stringify(data, null, 2)}\n`, {
    headers: {
      "Content-Type": "application/json; charset=utf-8",
      "Content-Disposition": 'attachment; filename="slipway-account.json"',
      "Cache-Control": "private, no-store",
    },
  });
};

// Astro would answer HEAD with ALL.
export const HEAD = GET;

export const ALL = methodNotAllowed("GET, HEAD");
