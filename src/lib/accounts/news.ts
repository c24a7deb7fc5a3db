import { findPublishedCourse } from "#lib/courses/queries.ts";
import { AppError } from "#lib/errors.ts";
import type { Services } from "#lib/services/index.ts";
import { isSameSecret, proof, signingSecrets } from "#lib/tokens.ts";
import { insertCourseNews, updateNewsChoice } from "./news-queries.ts";

const BATCH = 500;

/**
 * The token in a mail's way out: 256 bits, base64url, stored nowhere. It turns this person's mail
 * about new courses off, and opens nothing; it has no end, since mails are read late.
 */
export function unsubscribeToken(secret: string, userId: string): string {
  return proof(secret, "unsubscribe", userId).toString("base64url");
}

/**
 * Turns a person's mail about new courses off, proved by the token of a mail and without signing in.
 * May be repeated. Throws AppError "forbidden" for a token that is not theirs.
 */
export async function unsubscribe(
  { database, environment }: Pick<Services, "database" | "environment">,
  link: { userId: string; token: string; now: Date },
): Promise<void> {
  const { userId, token, now } = link;
  const isOurs = signingSecrets(environment).some((secret) =>
    isSameSecret(token, unsubscribeToken(secret, userId)),
  );
  if (!isOurs) throw new AppError("forbidden", "This link is not one of ours.");
  await updateNewsChoice(database, { userId, isWanted: false, now });
}

/**
 * Writes a mail about a published course to everybody who wants such mail, in batches; the outbox
 * sends them behind all other mail. The same course again reaches only who has not had it. Gives how
 * many mails were written. Throws AppError "not-found" for a course that is not on sale.
 */
export async function announceCourse(
  { database }: Pick<Services, "database">,
  { slug, batch = BATCH }: { slug: string; batch?: number },
): Promise<number> {
  if (!(await findPublishedCourse(database, slug)))
    throw new AppError("not-found", `No course ${slug} is on sale.`);
  let total = 0;
  let after: string | null = null;
  for (;;) {
    const { written, last } = await insertCourseNews(database, { slug, after, limit: batch });
    total += written;
    if (!last) return total;
    after = last;
  }
}
