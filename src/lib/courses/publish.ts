import { AppError } from "#lib/errors.ts";
import { violates, type Database } from "#lib/services/database.ts";
import { readCourse, type CourseFile } from "./course-file.ts";
import { writeCourse } from "./write-course.ts";

export interface PublishOptions {
  /** Keeps a course that is not published yet out of the shop. */
  draft: boolean;
  now: Date;
}

export interface Publication {
  slug: string;
  outcome: "created" | "updated" | "unchanged";
  isPublished: boolean;
  lessonCount: number;
  removedLessons: number;
}

/**
 * Brings the database to what the folder says, in one statement: course and lessons change together
 * or not at all. Throws CourseFileError when the folder has mistakes, and `conflict` when a lesson
 * that somebody has progress in is missing from it or a draft would replace a published course.
 */
export async function publishCourse(
  database: Database,
  folder: string,
  { draft, now }: PublishOptions,
): Promise<Publication> {
  const course = await readCourse(folder);
  const row = await writeCourse(database, course, draft ? null : now, now).catch(
    async (error: unknown) => {
      if (!violates(error, "lesson_progress_lesson_id_fkey")) throw error;
      throw await removalRefused(database, course);
    },
  );
  if (draft && row.isPublished)
    throw new AppError(
      "conflict",
      `${course.slug} is published: take it out of the shop first, or publish without --draft.`,
    );
  const outcome = !row.isChanged ? "unchanged" : row.existed ? "updated" : "created";
  return {
    slug: course.slug,
    outcome,
    isPublished: row.isPublished,
    lessonCount: course.lessons.length,
    removedLessons: row.removedLessons,
  };
}

/** Takes a course out of the shop; who owns it keeps it. False when it was not published. */
export async function unpublishCourse(
  database: Database,
  slug: string,
  now: Date,
): Promise<boolean> {
  const rows = await database.write<{ id: string }[]>`
    UPDATE courses
    SET published_at = NULL, updated_at = ${now}
    WHERE slug = ${slug} AND published_at IS NOT NULL
    RETURNING id`;
  return rows.length > 0;
}

// The foreign key decides, so that nobody can begin a lesson between the question and the removal.
async function removalRefused(database: Database, course: CourseFile): Promise<AppError> {
  const kept = JSON.stringify(course.lessons.map(({ slug }) => slug));
  const rows = await database.read<{ slug: string }[]>`
    SELECT lesson.slug
    FROM lessons AS lesson
    JOIN courses AS course ON course.id = lesson.course_id
    WHERE course.slug = ${course.slug}
      AND NOT ${kept}::jsonb ? lesson.slug
      AND EXISTS (SELECT FROM lesson_progress WHERE lesson_id = lesson.id)
    ORDER BY lesson.position`;
  const names = rows.map(({ slug }) => slug).join(", ");
  return new AppError(
    "conflict",
    `Learners have progress in lessons that are missing from the folder: ${names}. ` +
      "Keep their files (they may be moved by their number), and nothing is lost.",
  );
}
