import type { LessonView } from "#lib/courses/course.ts";
import { findLesson } from "#lib/courses/find-lesson.ts";
import { DependencyError } from "#lib/errors.ts";
import { isLivemode } from "#lib/orders/livemode.ts";
import type { Services } from "#lib/services/index.ts";
import { recordOpened } from "./progress.ts";

interface Visit {
  courseSlug: string | undefined;
  lessonSlug: string | undefined;
  /** Null for a visitor who is not signed in. */
  userId: string | null;
  now: Date;
}

/**
 * The lesson as this visitor may see it, or null; notes that its owner opened it. While the database takes no writes the lesson
 * is shown all the same.
 */
export async function openLesson(
  { database, environment }: Pick<Services, "database" | "environment">,
  { courseSlug = "", lessonSlug = "", userId, now }: Visit,
): Promise<LessonView | null> {
  const livemode = isLivemode(environment);
  const lesson = await findLesson(database, courseSlug, lessonSlug, userId, livemode);
  if (lesson?.access !== "owned" || !userId) return lesson;
  try {
    await recordOpened(database, { userId, lessonId: lesson.id, livemode, now });
  } catch (error) {
    if (!(error instanceof DependencyError)) throw error;
  }
  return lesson;
}
