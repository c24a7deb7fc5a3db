import type { APIRoute } from "astro";
import { methodNotAllowed } from "#http/problem.ts";
import { jsonResponse } from "#http/json.ts";

/** Whether this Worker runs at all, and which commit it is; asks nothing of anybody. */
export const GET: APIRoute = () =>
  jsonResponse(
    { status: "pass", releaseId: __RELEASE_ID__ },
    { headers: { "Content-Type": "application/health+json" } },
  );

// Astro would answer HEAD with ALL.
export const HEAD = GET;

export const ALL = methodNotAllowed("GET, HEAD");
