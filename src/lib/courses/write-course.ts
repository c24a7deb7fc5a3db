import type { Database } from "#lib/services/database.ts";
import type { CourseFile } from "./course-file.ts";
import { drawSocialImage } from "./social-image.ts";

export interface WrittenCourse {
  /** The course was there before. */
  existed: boolean;
  /** Something differed, and was written. */
  isChanged: boolean;
  isPublished: boolean;
  removedLessons: number;
}

/**
 * Writes a course and its lessons in one statement: both change together or not at all, and nothing
 * is touched when nothing differs. Lessons that `course` lacks are deleted; the foreign key of
 * lesson_progress refuses that when somebody has begun one. A draft leaves a published course as
 * it is.
 */
export async function writeCourse(
  database: Database,
  course: CourseFile,
  publishedAt: Date | null,
  now: Date,
): Promise<WrittenCourse> {
  const columns = courseRow(course, publishedAt, now);
  const image = await drawSocialImage(course.flags);
  const row = JSON.stringify({ ...columns, social_image: `\\x${image.toString("hex")}` });
  const [written] = await database.write<WrittenCourse[]>`
    WITH existing AS (
      SELECT published_at FROM courses WHERE slug = ${course.slug}
    ), given AS (
      SELECT slug, position, title, summary, minutes, is_preview, source_file, html
      FROM jsonb_populate_recordset(NULL::lessons, ${JSON.stringify(lessonRows(course))}::jsonb)
    ), written AS (
      INSERT INTO courses AS course (
        slug, title, summary, topic, level, price_amount, currency, position, flags, outcomes,
        audience, not_for, questions, about_html, revised_on, revision_note, minutes_total,
        lesson_count, social_image, published_at, created_at, updated_at)
      SELECT
        slug, title, summary, topic, level, price_amount, currency, position, flags, outcomes,
        audience, not_for, questions, about_html, revised_on, revision_note, minutes_total,
        lesson_count, social_image, published_at, updated_at, updated_at
      FROM jsonb_populate_record(NULL::courses, ${row}::jsonb)
      ON CONFLICT (slug) DO UPDATE SET (
        title, summary, topic, level, price_amount, currency, position, flags, outcomes,
        audience, not_for, questions, about_html, revised_on, revision_note, minutes_total,
        lesson_count, social_image, published_at, updated_at
      ) = ROW (
        excluded.title, excluded.summary, excluded.topic, excluded.level, excluded.price_amount,
        excluded.currency, excluded.position, excluded.flags, excluded.outcomes,
        excluded.audience, excluded.not_for, excluded.questions, excluded.about_html,
        excluded.revised_on, excluded.revision_note, excluded.minutes_total,
        excluded.lesson_count, excluded.social_image, coalesce(course.published_at, excluded.published_at),
        excluded.updated_at)
      WHERE (course.published_at IS NULL OR excluded.published_at IS NOT NULL)
        AND (
          (course.published_at IS NULL AND excluded.published_at IS NOT NULL)
          OR to_jsonb(course) - '{id,published_at,created_at,updated_at}'::text[]
            <> to_jsonb(excluded) - '{id,published_at,created_at,updated_at}'::text[]
          OR (SELECT jsonb_agg(to_jsonb(given) ORDER BY slug) FROM given) IS DISTINCT FROM (
            SELECT jsonb_agg(to_jsonb(lessons) - '{id,course_id}'::text[] ORDER BY slug)
            FROM lessons
            WHERE course_id = course.id))
      RETURNING id, published_at
    ), removed AS (
      DELETE FROM lessons
      USING written
      WHERE course_id = written.id AND slug NOT IN (SELECT slug FROM given)
      RETURNING lessons.id
    ), written_lessons AS (
      INSERT INTO lessons (
        course_id, slug, position, title, summary, minutes, is_preview, source_file, html)
      SELECT written.id, slug, position, title, summary, minutes, is_preview, source_file, html
      FROM given, written
      ON CONFLICT (course_id, slug) DO UPDATE SET (
        position, title, summary, minutes, is_preview, source_file, html
      ) = ROW (
        excluded.position, excluded.title, excluded.summary, excluded.minutes,
        excluded.is_preview, excluded.source_file, excluded.html)
    )
    SELECT
      EXISTS (SELECT FROM existing) AS existed,
      EXISTS (SELECT FROM written) AS is_changed,
      EXISTS (
        SELECT published_at FROM existing WHERE published_at IS NOT NULL
        UNION ALL
        SELECT published_at FROM written WHERE published_at IS NOT NULL) AS is_published,
      (SELECT count(*)::integer FROM removed) AS removed_lessons`;
  if (!written) throw new Error("Writing a course gave no row.");
  return written;
}

function courseRow(course: CourseFile, publishedAt: Date | null, now: Date) {
  const { aboutHtml, lessons, revised, ...columns } = course;
  return {
    ...columns,
    about_html: aboutHtml,
    revised_on: revised,
    minutes_total: lessons.reduce((sum, { minutes }) => sum + minutes, 0),
    lesson_count: lessons.length,
    published_at: publishedAt,
    updated_at: now,
  };
}

function lessonRows(course: CourseFile) {
  return course.lessons.map(({ preview, file, ...columns }) => ({
    ...columns,
    is_preview: preview,
    source_file: file,
  }));
}
