import type { APIRoute } from "astro";
import { methodNotAllowed } from "#http/problem.ts";
import { securityTxt } from "#http/security-txt.ts";

/** Where to report a weakness. */
export const GET: APIRoute = ({ locals }) =>
  new Response(securityTxt(locals.services.environment.SITE_URL, new Date()), {
    headers: {
      "Content-Type": "text/plain; charset=utf-8",
      "Cache-Control": "public, max-age=86400",
    },
  });

// Astro would answer HEAD with ALL.
export const HEAD = GET;

export const ALL = methodNotAllowed("GET, HEAD");
