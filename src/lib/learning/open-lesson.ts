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
  /** Staff looks at the course as its owner sees it: that notes nothing. */
  isLook?: boolean;
  now: Date;
  /** Takes what may be finished after the response. */
  later: (work: Promise<unknown>) => void;
}

/**
 * The lesson as this visitor may see it, or null. That its owner opened it is noted after the response: the reader need not wait
 * for it, and reads on while the database takes no writes.
 */
export async function openLesson(
  { database, environment }: Pick<Services, "database" | "environment">,
  { courseSlug = "", lessonSlug = "", userId, isLook, now, later }: Visit,
): Promise<LessonView | null> {
  const livemode = isLivemode(environment);
  const lesson = await findLesson(database, courseSlug, lessonSlug, userId, livemode);
  if (lesson?.access === "owned" && userId && !isLook)
    later(
      recordOpened(database, { userId, lessonId: lesson.id, livemode, now }).catch(
        (error: unknown) => {
          if (!(error instanceof DependencyError)) throw error;
        },
      ),
    );
  return lesson;
}
