import type { APIRoute } from "astro";
import { methodNotAllowed } from "#http/problem.ts";

/** What crawlers may read: everything public in production, nothing anywhere else. */
export const GET: APIRoute = ({ locals }) => {
  const { APP_ENV, SITE_URL } = locals.services.environment;
  const rules =
    APP_ENV === "production"
      ? "User-agent: *\nDisallow: /api/\nDisallow: /cart\nDisallow: /checkout/\nDisallow: /orders/\n"
      : "User-agent: *\nDisallow: /\n";
  return new Response(`${rules}Sitemap: ${SITE_URL}/sitemap.xml\n`, {
    headers: {
      "Content-Type": "text/plain; charset=utf-8",
      "Cache-Control": "public, max-age=3600",
    },
  });
};

// Astro would answer HEAD with ALL.
export const HEAD = GET;

export const ALL = methodNotAllowed("GET, HEAD");
