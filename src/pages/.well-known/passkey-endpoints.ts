import type { APIRoute } from "astro";
import { jsonResponse } from "#http/json.ts";
import { methodNotAllowed } from "#http/problem.ts";

/** Where password managers send a person to add and remove passkeys (W3C, passkey-endpoints). */
export const GET: APIRoute = ({ locals }) => {
  const page = `${locals.services.environment.SITE_URL}/account/passkeys`;
  return jsonResponse(
    { enroll: page, manage: page },
    { headers: { "Cache-Control": "public, max-age=86400" } },
  );
};

// Astro would answer HEAD with ALL.
export const HEAD = GET;

export const ALL = methodNotAllowed("GET, HEAD");
