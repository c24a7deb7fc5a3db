import type { Database } from "#lib/services/database.ts";
import type { Course, CourseCard, Level, Topic } from "./course.ts";

/** The most cards that one page of the catalogue has. */
export const PAGE_SIZE = 24;

// Ranking needs every row it ranks: a common word must not read the whole catalogue.
const RANKED_HITS = 500;

export interface CourseFilter {
  topic: Topic | null;
  level: Level | null;
}

/** Where a page of the catalogue begins: behind this course. */
export interface CoursePosition {
  position: number;
  id: string;
}

export type PositionedCourse = CourseCard & CoursePosition;

/** Published courses in the catalogue's order behind `after`; one more than a page if there is. */
export async function listPublishedCourses(
  database: Database,
  { topic, level }: CourseFilter,
  after: CoursePosition | null,
): Promise<PositionedCourse[]> {
  return database.read<PositionedCourse[]>`
    SELECT id, slug, title, summary, topic, level, price_amount, currency, flags, minutes_total,
      lesson_count, position
    FROM courses
    WHERE published_at IS NOT NULL
      AND (${topic}::text IS NULL OR topic = ${topic})
      AND (${level}::text IS NULL OR level = ${level})
      AND (position, id) > (
        coalesce(${after?.position ?? null}::integer, -2147483648),
        coalesce(${after?.id ?? null}::uuid, '00000000-0000-0000-0000-000000000000'))
    ORDER BY position, id
    LIMIT ${PAGE_SIZE + 1}`;
}

/** The published courses that fit the words best, at most one page of them; by their own words first, then by their lessons'. */
export async function searchPublishedCourses(
  database: Database,
  { topic, level }: CourseFilter,
  words: string,
): Promise<CourseCard[]> {
  return database.read<CourseCard[]>`
    WITH hits AS (
      (
        SELECT id
        FROM courses
        WHERE published_at IS NOT NULL
          AND search @@ websearch_to_tsquery('english', ${words})
          AND (${topic}::text IS NULL OR topic = ${topic})
          AND (${level}::text IS NULL OR level = ${level})
        LIMIT ${RANKED_HITS}
      ) UNION (
        SELECT course_id
        FROM lessons
        WHERE to_tsvector('english', title || ' ' || summary)
          @@ websearch_to_tsquery('english', ${words})
        LIMIT ${RANKED_HITS}
      )
    )
    SELECT id, slug, title, summary, topic, level, price_amount, currency, flags, minutes_total,
      lesson_count
    FROM courses
    WHERE id = ANY (ARRAY (SELECT id FROM hits)) AND published_at IS NOT NULL
      AND (${topic}::text IS NULL OR topic = ${topic})
      AND (${level}::text IS NULL OR level = ${level})
    ORDER BY ts_rank(search, websearch_to_tsquery('english', ${words})) DESC, position, id
    LIMIT ${PAGE_SIZE}`;
}

/** The published course at this address with its curriculum, or null. */
export async function findPublishedCourse(
  database: Database,
  slug: string,
): Promise<Course | null> {
  const [course] = await database.read<Course[]>`
    SELECT id, slug, title, summary, topic, level, price_amount, currency, flags, minutes_total,
      lesson_count, about_html, outcomes, audience, not_for, questions,
      revised_on::text AS revised_on, revision_note,
      (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
          'slug', lesson.slug,
          'position', lesson.position,
          'title', lesson.title,
          'summary', lesson.summary,
          'minutes', lesson.minutes,
          'isPreview', lesson.is_preview) ORDER BY lesson.position, lesson.slug), '[]')
        FROM lessons AS lesson
        WHERE lesson.course_id = courses.id
      ) AS lessons
    FROM courses
    WHERE slug = ${slug} AND published_at IS NOT NULL`;
  return course ?? null;
}

/** The PNG of the published course at this address (see social-image.ts), or null. */
export async function findSocialImage(
  database: Database,
  slug: string,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const [row] = await database.read<{ image: string | null }[]>`
    SELECT encode(social_image, 'base64') AS image
    FROM courses
    WHERE slug = ${slug} AND published_at IS NOT NULL`;
  return row?.image ? Buffer.from(row.image, "base64") : null;
}

/** What the checkout shows of a course before it is paid. */
export type CheckoutCourse = CourseCard & {
  /** The visitor has it already, so there is nothing to buy. */
  isOwned: boolean;
};

/** Those of the courses that `userId` (null: nobody) can buy, in the order of their slugs. */
export async function listCheckoutCourses(
  database: Database,
  slugs: string[],
  userId: string | null,
  livemode: boolean,
): Promise<CheckoutCourse[]> {
  return database.read<CheckoutCourse[]>`
    SELECT id, slug, title, summary, topic, level, price_amount, currency, flags, minutes_total,
      lesson_count,
      EXISTS (
        SELECT
        FROM entitlements
        WHERE user_id = ${userId}::uuid AND course_id = courses.id AND livemode = ${livemode}
      ) AS is_owned
    FROM courses
    WHERE slug = ANY (${slugs}::text[]) AND published_at IS NOT NULL
    ORDER BY array_position(${slugs}::text[], slug)`;
}

/** What the sitemap says of a course. */
export interface SitemapCourse {
  id: string;
  slug: string;
  position: number;
  updatedAt: Date;
  /** The slugs of the lessons that anybody may read. */
  previews: string[];
}

/** Published courses behind `after`, a thousand at most: the sitemap is read in such pages. */
export async function listSitemapCourses(
  database: Database,
  after: CoursePosition | null,
): Promise<SitemapCourse[]> {
  return database.read<SitemapCourse[]>`
    SELECT id, slug, position, updated_at,
           (SELECT coalesce(jsonb_agg(lesson.slug ORDER BY lesson.position), '[]')
            FROM lessons AS lesson
            WHERE lesson.course_id = courses.id AND lesson.is_preview) AS previews
    FROM courses
    WHERE published_at IS NOT NULL
      AND (position, id) > (
        coalesce(${after?.position ?? null}::integer, -2147483648),
        coalesce(${after?.id ?? null}::uuid, '00000000-0000-0000-0000-000000000000'))
    ORDER BY position, id
    LIMIT 1000`;
}

/** What authors and admins see of a course in a list. */
export interface ListedCourse {
  slug: string;
  title: string;
  lessonCount: number;
  /** Date as YYYY-MM-DD. */
  revisedOn: string;
  isPublished: boolean;
}

/** Every course there is, published or not, in the catalogue's order. For authors, not visitors. */
export async function listAllCourses(database: Database): Promise<ListedCourse[]> {
  return database.read<ListedCourse[]>`
    SELECT slug, title, lesson_count, revised_on::text AS revised_on,
      published_at IS NOT NULL AS is_published
    FROM courses
    ORDER BY position, id`;
}
