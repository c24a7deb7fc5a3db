import { z } from "zod";
import { LEVELS, TOPICS } from "#lib/courses/course.ts";
import { AppError } from "#lib/errors.ts";

const schema = z.object({
  topic: z.enum(TOPICS).nullable(),
  level: z.enum(LEVELS).nullable(),
  query: z.string().trim().max(100).nullable(),
  after: z.string().max(60).nullable(),
});

export type CatalogueQuery = z.infer<typeof schema>;

/** The catalogue's filters from `?topic=&level=&q=&after=`. Throws AppError "invalid" naming the one that is wrong. */
export function parseCatalogueQuery(parameters: URLSearchParams): CatalogueQuery {
  const given = (name: string) => parameters.get(name) ?? null;
  const parsed = schema.safeParse({
    topic: given("topic") || null,
    level: given("level") || null,
    query: given("q"),
    after: given("after"),
  });
  if (parsed.success) return parsed.data;
  const names = parsed.error.issues.map(({ path }) => path.join("."));
  throw new AppError("invalid", `This filter is not one of the catalogue's: ${names.join(", ")}.`);
}

/** The address of the catalogue with these filters, without empty ones. */
export function catalogueAddress(filters: Partial<CatalogueQuery>): string {
  const parameters = new URLSearchParams();
  for (const name of ["topic", "level", "after"] as const)
    if (filters[name]) parameters.set(name, filters[name]);
  if (filters.query) parameters.set("q", filters.query);
  const query = parameters.toString();
  return query ? `/courses?${query}` : "/courses";
}
