import type { APIRoute } from "astro";
import { methodNotAllowed } from "#http/problem.ts";
import { listSitemapCourses, type SitemapCourse } from "#lib/courses/queries.ts";

const PAGES = ["/", "/courses", "/terms", "/privacy", "/refunds", "/contact"];

/** Every public address, for search engines (sitemaps.org). */
export const GET: APIRoute = async ({ locals }) => {
  const { database, environment } = locals.services;
  const courses: SitemapCourse[] = [];
  for (;;) {
    const page = await listSitemapCourses(database, courses.at(-1) ?? null);
    courses.push(...page);
    if (page.length < 1_000) break;
  }
  const urls = [
    ...PAGES.map((path) => `<url><loc>${environment.SITE_URL}${path}</loc></url>`),
    ...courses.flatMap(({ slug, previews, updatedAt }) =>
      ["", ...previews.map((lesson) => `/${lesson}`)].map(
        (lesson) =>
          `<url><loc>${environment.SITE_URL}/courses/${slug}${lesson}</loc><lastmod>${updatedAt.toISOString()}</lastmod></url>`,
      ),
    ),
  ];
  return new Response(
    `<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${urls.join("")}</urlset>\n`,
    {
      headers: {
        "Content-Type": "application/xml; charset=utf-8",
        "Cache-Control": "public, max-age=3600",
      },
    },
  );
};

// Astro would answer HEAD with ALL.
export const HEAD = GET;

export const ALL = methodNotAllowed("GET, HEAD");
