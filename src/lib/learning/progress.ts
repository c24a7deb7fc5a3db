import type { Database } from "#lib/services/database.ts";

interface LessonOfUser {
  userId: string;
  lessonId: string;
  /** Whether the entitlement must be of Stripe's live mode. */
  livemode: boolean;
  now: Date;
}

/**
 * Notes that a learner opened a lesson, for "continue where you stopped". False, and nothing is
 * written, when the course is not theirs.
 */
export async function recordOpened(
  database: Database,
  { userId, lessonId, livemode, now }: LessonOfUser,
): Promise<boolean> {
  const rows = await database.write<object[]>`
    INSERT INTO lesson_progress (user_id, lesson_id, opened_at)
    SELECT entitlement.user_id, lesson.id, ${now}
    FROM lessons AS lesson
    JOIN entitlements AS entitlement ON entitlement.course_id = lesson.course_id
    WHERE lesson.id = ${lessonId}
      AND entitlement.user_id = ${userId}
      AND entitlement.livemode = ${livemode}
    ON CONFLICT (user_id, lesson_id) DO UPDATE SET
      opened_at = greatest(lesson_progress.opened_at, excluded.opened_at)
    RETURNING lesson_id`;
  return rows.length > 0;
}

/**
 * Marks a lesson as done, or as not done. False, and nothing is written, when the course is not
 * theirs: the statement that writes is the one that checks.
 */
export async function setLessonDone(
  database: Database,
  { userId, lessonId, done, livemode, now }: LessonOfUser & { done: boolean },
): Promise<boolean> {
  const rows = await database.write<object[]>`
    INSERT INTO lesson_progress (user_id, lesson_id, opened_at, completed_at)
    SELECT entitlement.user_id, lesson.id, ${now}, ${done ? now : null}
    FROM lessons AS lesson
    JOIN entitlements AS entitlement ON entitlement.course_id = lesson.course_id
    WHERE lesson.id = ${lessonId}
      AND entitlement.user_id = ${userId}
      AND entitlement.livemode = ${livemode}
    ON CONFLICT (user_id, lesson_id) DO UPDATE SET
      completed_at = CASE
        WHEN ${done} THEN coalesce(lesson_progress.completed_at, excluded.completed_at)
      END
    RETURNING lesson_id`;
  return rows.length > 0;
}
