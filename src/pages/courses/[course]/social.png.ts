import type { APIRoute } from "astro";
import { methodNotAllowed } from "#http/problem.ts";
import { findSocialImage } from "#lib/courses/queries.ts";

/** The picture that a shared link to the course or to one of its lessons shows. */
export const GET: APIRoute = async ({ locals, params, redirect }) => {
  const image = await findSocialImage(locals.services.database, params.course ?? "");
  // Of a course that was published before courses had pictures, say.
  if (!image) return redirect("/social.png");
  return new Response(image, {
    headers: { "Content-Type": "image/png", "Cache-Control": "public, max-age=86400" },
  });
};

// Astro would answer HEAD with ALL.
export const HEAD = GET;

export const ALL = methodNotAllowed("GET, HEAD");
