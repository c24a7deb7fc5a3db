import type { Database } from "#lib/services/database.ts";

/** A person who may want mail about new courses. */
export interface NewsReader {
  name: string;
  /** Since when they want it; null when they don't. */
  newsWantedAt: Date | null;
  /** The account is locked, or to be erased: nothing new is told. */
  isClosed: boolean;
}

/** Whether a person wants mail about new courses; null without an account. */
export async function findNewsReader(
  database: Database,
  userId: string,
): Promise<NewsReader | null> {
  const [reader] = await database.read<NewsReader[]>`
    SELECT name, news_wanted_at,
           locked_at IS NOT NULL OR deletion_due_at IS NOT NULL AS is_closed
    FROM users
    WHERE id = ${userId}::uuid AND erased_at IS NULL`;
  return reader ?? null;
}

/** Turns mail about new courses on or off. The time of a consent that stands stays as it is. */
export async function updateNewsChoice(
  database: Database,
  { userId, isWanted, now }: { userId: string; isWanted: boolean; now: Date },
): Promise<void> {
  await database.write`
    UPDATE users
    SET news_wanted_at = CASE
          WHEN ${isWanted}::boolean THEN COALESCE(news_wanted_at, ${now}::timestamptz)
        END,
        updated_at = now()
    WHERE id = ${userId}::uuid AND erased_at IS NULL
      AND (news_wanted_at IS NOT NULL) <> ${isWanted}::boolean`;
}

/** How many people want mail about new courses and can be sent it. */
export async function countNewsReaders(database: Database): Promise<number> {
  const [row] = await database.read<{ count: number }[]>`
    SELECT count(*)::integer AS count
    FROM users
    WHERE news_wanted_at IS NOT NULL AND locked_at IS NULL AND deletion_due_at IS NULL`;
  return row?.count ?? 0;
}

/**
 * Writes the mail about a course to the next people who want it, by their ids after `after`. Who has
 * one already gets no other. Gives how many mails were written and the last id; null at the end.
 */
export async function insertCourseNews(
  database: Database,
  { slug, after, limit }: { slug: string; after: string | null; limit: number },
): Promise<{ written: number; last: string | null }> {
  const [row] = await database.write<{ written: number; last: string | null }[]>`
    WITH readers AS (
      SELECT id, email
      FROM users
      WHERE news_wanted_at IS NOT NULL AND locked_at IS NULL AND deletion_due_at IS NULL
        AND (${after}::uuid IS NULL OR id > ${after}::uuid)
      ORDER BY id
      LIMIT ${limit}
    ), written AS (
      INSERT INTO outbox (dedupe_key, template, recipient, parameters)
      SELECT 'new-course:' || ${slug} || ':' || id, 'new-course', email,
             jsonb_build_object('userId', id, 'course', ${slug}::text)
      FROM readers
      ON CONFLICT (dedupe_key) DO NOTHING
      RETURNING dedupe_key
    )
    SELECT (SELECT count(*)::integer FROM written) AS written,
           (SELECT id FROM readers ORDER BY id DESC LIMIT 1) AS last`;
  return row ?? { written: 0, last: null };
}
