import { AppError, DependencyError } from "#lib/errors.ts";
import { cached, invalidate, type Cached } from "#lib/services/cache.ts";
import type { Services } from "#lib/services/index.ts";
import { LEVELS, TOPICS, type Course, type CourseCard, type Level, type Topic } from "./course.ts";
import {
  findPublishedCourse,
  listPublishedCourses,
  PAGE_SIZE,
  searchPublishedCourses,
  type CourseFilter,
  type CoursePosition,
} from "./queries.ts";
import { isSlug } from "./slug.ts";
import { parseStoredCourse, parseStoredPage, type CoursePage } from "./stored-course.ts";

type CatalogueServices = Pick<Services, "database" | "redis">;

export interface CatalogueRequest {
  topic?: Topic | null;
  level?: Level | null;
  /** What the visitor typed; the best 24 hits, without further pages. */
  query?: string | null;
  /** The `next` of the page before. */
  after?: string | null;
}

const KEPT = { freshSeconds: 60, staleSeconds: 86_400 };
const MAX_QUERY_LENGTH = 100;
const CURSOR = /^(-?\d{1,9})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/**
 * One page of the catalogue. First pages are cached; searches and further pages are not, because
 * visitors could make any number of them. Without the database, a filtered page that has no copy is
 * taken from the copy of the whole list. Throws `invalid` when `after` is none of our addresses.
 */
export async function listCourses(
  services: CatalogueServices,
  request: CatalogueRequest = {},
): Promise<CoursePage & { isStale: boolean }> {
  const { database, redis } = services;
  const filter = { topic: request.topic ?? null, level: request.level ?? null };
  const words = searchWords(request.query ?? "");
  if (words !== "") {
    const courses = await searchPublishedCourses(database, filter, words);
    return { courses, next: null, isStale: false };
  }
  const after = parseCursor(request.after ?? null);
  if (after) return { ...(await loadPage(database, filter, after)), isStale: false };
  const load = () => loadPage(database, filter, null);
  try {
    const { value, isStale } = await cached(redis, pageKey(filter), KEPT, load, parseStoredPage);
    return { ...value, isStale };
  } catch (error) {
    if (!(error instanceof DependencyError)) throw error;
    return { ...(await narrowKeptList(redis, filter, error)), isStale: true };
  }
}

/** The published course at this address, or null. */
export async function findCourse(
  services: CatalogueServices,
  slug: string,
): Promise<{ course: Course; isStale: boolean } | null> {
  if (!isSlug(slug)) return null;
  const load = () => findPublishedCourse(services.database, slug);
  const { value, isStale }: Cached<Course | null> = await cached<Course | null>(
    services.redis,
    courseKey(slug),
    KEPT,
    load,
    parseStoredCourse,
  );
  return value && { course: value, isStale };
}

/** Makes visitors see a change of this course at once. Throws DependencyError without Redis. */
export async function forgetCatalogue(
  { redis }: Pick<Services, "redis">,
  slug: string,
): Promise<void> {
  const pages = [null, ...TOPICS].flatMap((topic) =>
    [null, ...LEVELS].map((level) => pageKey({ topic, level })),
  );
  await invalidate(redis, [courseKey(slug), ...pages]);
}

// The copy may be the first of several pages: what fits on the others is not known then, and nothing is said of it.
async function narrowKeptList(
  redis: Services["redis"],
  { topic, level }: CourseFilter,
  outage: DependencyError,
): Promise<CoursePage> {
  const key = pageKey({ topic: null, level: null });
  const load = (): Promise<CoursePage> => Promise.reject(outage);
  const { value } = await cached(redis, key, KEPT, load, parseStoredPage);
  if (value.next !== null) throw outage;
  const fits = (course: CourseCard) =>
    (topic ?? course.topic) === course.topic && (level ?? course.level) === course.level;
  return { courses: value.courses.filter(fits), next: null };
}

async function loadPage(
  database: Services["database"],
  filter: CourseFilter,
  after: CoursePosition | null,
): Promise<CoursePage> {
  const rows = await listPublishedCourses(database, filter, after);
  const shown = rows.slice(0, PAGE_SIZE);
  const last = rows.length > PAGE_SIZE ? shown.at(-1) : undefined;
  return { courses: shown, next: last ? `${last.position}.${last.id}` : null };
}

function parseCursor(after: string | null): CoursePosition | null {
  if (after === null) return null;
  const [, position, id] = CURSOR.exec(after) ?? [];
  if (position === undefined || id === undefined)
    throw new AppError("invalid", "This page of the catalogue does not exist.");
  return { position: Number(position), id };
}

// PostgreSQL takes neither NUL nor half a character, and nobody types them.
function searchWords(query: string): string {
  return query
    .replace(/\p{Cc}+/gu, " ")
    .trim()
    .slice(0, MAX_QUERY_LENGTH)
    .toWellFormed();
}

function pageKey({ topic, level }: CourseFilter): string {
  return `courses:${topic ?? "all"}:${level ?? "all"}`;
}

function courseKey(slug: string): string {
  return `course:${slug}`;
}
