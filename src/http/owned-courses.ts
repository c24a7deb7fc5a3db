import type { Session } from "#lib/accounts/sessions.ts";
import { DependencyError } from "#lib/errors.ts";
import { listMyCourses } from "#lib/learning/queries.ts";
import { isLivemode } from "#lib/orders/livemode.ts";
import type { Services } from "#lib/services/index.ts";

/**
 * The ids of the visitor's courses, for "yours" beside a course: none without a session, and none while the database is
 * silent, since a public page is shown all the same.
 */
export async function findOwnedCourseIds(
  { database, environment }: Pick<Services, "database" | "environment">,
  session: Session | null,
): Promise<ReadonlySet<string>> {
  if (!session) return new Set();
  try {
    const courses = await listMyCourses(database, session.userId, isLivemode(environment));
    return new Set(courses.map(({ id }) => id));
  } catch (error) {
    if (error instanceof DependencyError) return new Set();
    throw error;
  }
}
