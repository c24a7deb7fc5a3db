import { AppError } from "#lib/errors.ts";
import type { Services } from "#lib/services/index.ts";
import { isLivemode } from "../livemode.ts";
import { syncOrder } from "../sync-order.ts";
import { findGrantee, insertGrant } from "./act-queries.ts";

/** Courses that an admin opens for a person without a payment. */
export interface GrantRequest {
  /** Of an account that exists. */
  email: string;
  /** Slugs of one to ten courses; they need not be published. */
  courses: string[];
  reason: string;
  actorId: string;
  now: Date;
}

/**
 * Opens courses for a person: an order with the source `manual`, which syncOrder then acts on as on
 * any other. Gives its id. Throws AppError when there is no such account or course, or the person
 * has one of them already.
 */
export async function grantCourses(
  services: Pick<Services, "database" | "stripe" | "environment">,
  { email, courses, reason, actorId, now }: GrantRequest,
): Promise<string> {
  const { database } = services;
  const livemode = isLivemode(services.environment);
  const wanted = await findGrantee(database, email, courses, livemode);
  if (!wanted) throw new AppError("not-found", `There is no account with the address ${email}.`);
  const owned = wanted.courses.filter(({ isOwned }) => isOwned);
  if (owned.length > 0) {
    const titles = owned.map(({ title }) => `“${title}”`).join(", ");
    throw new AppError("conflict", `${email} has ${titles} already.`);
  }
  if (wanted.courses.length < new Set(courses).size)
    throw new AppError("not-found", "There is no such course.");
  const orderId = await insertGrant(database, {
    userId: wanted.userId,
    courseIds: wanted.courses.map(({ id }) => id),
    livemode,
    reason,
    actorId,
    now,
  });
  await syncOrder(services, orderId, { now });
  return orderId;
}
