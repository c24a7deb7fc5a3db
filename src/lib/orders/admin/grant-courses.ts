import { AppError } from "#lib/errors.ts";
import type { Database } from "#lib/services/database.ts";
import type { Services } from "#lib/services/index.ts";
import { isLivemode } from "../livemode.ts";
import { syncOrder } from "../sync-order.ts";

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
  const wanted = await findWanted(database, email, courses, livemode);
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

interface Wanted {
  userId: string;
  courses: { id: string; title: string; isOwned: boolean }[];
}

async function findWanted(
  database: Database,
  email: string,
  slugs: string[],
  livemode: boolean,
): Promise<Wanted | null> {
  const [row] = await database.read<Wanted[]>`
    SELECT users.id AS user_id, (
      SELECT COALESCE(jsonb_agg(jsonb_build_object(
        'id', c.id, 'title', c.title, 'isOwned', EXISTS (
          SELECT
          FROM entitlements e
          WHERE e.user_id = users.id AND e.course_id = c.id AND e.livemode = ${livemode}::boolean
        )) ORDER BY c.title), '[]')
      FROM courses c
      WHERE c.slug = ANY (${slugs}::text[])
    ) AS courses
    FROM users
    WHERE users.email = ${email}`;
  return row ?? null;
}

interface NewGrant {
  userId: string;
  courseIds: string[];
  livemode: boolean;
  reason: string;
  actorId: string;
  now: Date;
}

// The items begin as `ended`: an open one would stand in the way of an order that the person pays.
async function insertGrant(database: Database, grant: NewGrant): Promise<string> {
  const { userId, courseIds, livemode, reason, actorId, now } = grant;
  const [order] = await database.write<{ id: string }[]>`
    WITH created AS (
      INSERT INTO orders (user_id, source, currency, subtotal_amount, total_amount, livemode,
                          expires_at, granted_by, grant_reason, created_at, updated_at)
      SELECT ${userId}::uuid, 'manual', min(currency), 0, 0, ${livemode}::boolean,
             ${now}::timestamptz, ${actorId}::uuid, ${reason}, ${now}::timestamptz,
             ${now}::timestamptz
      FROM courses
      WHERE id = ANY (${courseIds}::uuid[])
      RETURNING id, user_id, livemode
    ), items AS (
      INSERT INTO order_items (order_id, user_id, course_id, title, price_amount, livemode, state)
      SELECT created.id, created.user_id, courses.id, courses.title, 0, created.livemode, 'ended'
      FROM created
      JOIN courses ON courses.id = ANY (${courseIds}::uuid[])
    ), recorded AS (
      INSERT INTO order_history (order_id, change, detail, actor_id, happened_at)
      SELECT id, 'order.grant', jsonb_build_object('reason', ${reason}::text), ${actorId}::uuid,
             ${now}::timestamptz
      FROM created
    ), audited AS (
      INSERT INTO audit_log (actor_id, action, subject_type, subject_id, reason, happened_at)
      SELECT ${actorId}::uuid, 'order.grant', 'order', id::text, ${reason}::text,
             ${now}::timestamptz
      FROM created
    )
    SELECT id FROM created`;
  if (!order) throw new Error("The grant was not written.");
  return order.id;
}
