import type { Database } from "#lib/services/database.ts";
import type { LessonView } from "./course.ts";
import { isSlug } from "./slug.ts";

type LessonRow = Omit<LessonView, "previous" | "next">;

/**
 * The lesson at this address as `userId` (null: nobody signed in) may see it, or null. Who owns the
 * course keeps it when it is taken out of the shop. The text leaves the database only when access
 * is not `none`.
 */
export async function findLesson(
  database: Database,
  courseSlug: string,
  lessonSlug: string,
  userId: string | null,
  livemode: boolean,
): Promise<LessonView | null> {
  if (!isSlug(courseSlug) || !isSlug(lessonSlug)) return null;
  const [lesson] = await database.read<LessonRow[]>`
    SELECT lesson.id, lesson.slug, lesson.position, lesson.title, lesson.summary, lesson.minutes,
      lesson.is_preview, lesson.source_file,
      granted.access,
      CASE WHEN granted.access <> 'none' THEN lesson.html END AS html,
      EXISTS (
        SELECT
        FROM lesson_progress
        WHERE user_id = ${userId}::uuid AND lesson_id = lesson.id AND completed_at IS NOT NULL
      ) AS is_done,
      jsonb_build_object(
        'id', course.id,
        'slug', course.slug,
        'title', course.title,
        'summary', course.summary,
        'priceAmount', course.price_amount,
        'currency', course.currency,
        'flags', course.flags,
        'lessonCount', course.lesson_count) AS course,
      (
        SELECT jsonb_agg(jsonb_build_object(
          'slug', other.slug,
          'position', other.position,
          'title', other.title,
          'summary', other.summary,
          'minutes', other.minutes,
          'isPreview', other.is_preview,
          'isDone', progress.completed_at IS NOT NULL) ORDER BY other.position, other.slug)
        FROM lessons AS other
        LEFT JOIN lesson_progress AS progress
          ON progress.lesson_id = other.id AND progress.user_id = ${userId}::uuid
        WHERE other.course_id = course.id
      ) AS outline
    FROM courses AS course
    JOIN lessons AS lesson ON lesson.course_id = course.id
    LEFT JOIN entitlements AS entitlement
      ON entitlement.course_id = course.id
      AND entitlement.user_id = ${userId}::uuid
      AND entitlement.livemode = ${livemode}
    CROSS JOIN LATERAL (
      SELECT CASE
        WHEN entitlement.user_id IS NOT NULL THEN 'owned'
        WHEN lesson.is_preview THEN 'preview'
        ELSE 'none'
      END AS access
    ) AS granted
    WHERE course.slug = ${courseSlug}
      AND lesson.slug = ${lessonSlug}
      AND (course.published_at IS NOT NULL OR entitlement.user_id IS NOT NULL)`;
  return lesson ? withNeighbours(lesson) : null;
}

function withNeighbours(lesson: LessonRow): LessonView {
  const index = lesson.outline.findIndex(({ slug }) => slug === lesson.slug);
  const neighbour = (at: number) => {
    const { slug, title } = lesson.outline[at] ?? {};
    return slug !== undefined && title !== undefined ? { slug, title } : null;
  };
  return { ...lesson, previous: neighbour(index - 1), next: neighbour(index + 1) };
}
