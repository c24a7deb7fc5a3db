import type { CourseCard } from "#lib/courses/course.ts";
import type { Database } from "#lib/services/database.ts";

/** A course that is the learner's, and how far they are in it. */
export interface MyCourse extends CourseCard {
  grantedAt: Date;
  doneCount: number;
  /** A lesson of it was opened. */
  isBegun: boolean;
  /** The unfinished lesson opened last, else the next unfinished one behind the last opened; null when all are done. */
  continueWith: { slug: string; title: string; position: number } | null;
}

/** The learner's courses with their progress; the one learned in last comes first. */
export async function listMyCourses(
  database: Database,
  userId: string,
  livemode: boolean,
): Promise<MyCourse[]> {
  return database.read<MyCourse[]>`
    SELECT course.id, course.slug, course.title, course.summary, course.topic, course.level,
      course.price_amount, course.currency, course.flags, course.minutes_total,
      course.lesson_count, entitlement.granted_at, progress.done_count,
      progress.opened_at IS NOT NULL AS is_begun, progress.continue_with
    FROM entitlements AS entitlement
    JOIN courses AS course ON course.id = entitlement.course_id
    CROSS JOIN LATERAL (
      SELECT
        count(completed_at)::integer AS done_count,
        max(opened_at) AS opened_at,
        (array_agg(
          jsonb_build_object('slug', slug, 'title', title, 'position', position)
          ORDER BY opened_at DESC NULLS LAST, position < stopped_at, position)
          FILTER (WHERE completed_at IS NULL))[1] AS continue_with
      FROM (
        SELECT lesson.slug, lesson.title, lesson.position, own.opened_at, own.completed_at,
          first_value(lesson.position)
            OVER (ORDER BY own.opened_at DESC NULLS LAST, lesson.position) AS stopped_at
        FROM lessons AS lesson
        LEFT JOIN lesson_progress AS own
          ON own.lesson_id = lesson.id AND own.user_id = entitlement.user_id
        WHERE lesson.course_id = course.id
      ) AS lesson
    ) AS progress
    WHERE entitlement.user_id = ${userId} AND entitlement.livemode = ${livemode}
    ORDER BY coalesce(progress.opened_at, entitlement.granted_at) DESC, course.position, course.id`;
}
