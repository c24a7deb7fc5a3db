import type { Database } from "#lib/services/database.ts";

/** What an admin does to an order that exists; the words are those of the audit log. */
export type OrderAct = "order.resync" | "order.accept-review" | "order.withdraw";

/**
 * Writes down what an admin did, with its line in the order's history and in the audit log, in one
 * statement. The order counts as not compared with Stripe until syncOrder has run, so that the
 * reconciler goes on with what is cut off. Gives false when there was nothing to do: the order is
 * not in review, is no grant, or it was done before.
 */
export async function updateOrderByAct(
  database: Database,
  act: { orderId: string; act: OrderAct; reason: string | null; actorId: string; now: Date },
): Promise<boolean> {
  const { orderId, act: name, reason, actorId, now } = act;
  const rows = await database.write<{ id: string }[]>`
    WITH changed AS (
      UPDATE orders
      SET review_accepted_at = CASE
            WHEN ${name} = 'order.accept-review' THEN ${now}::timestamptz
            ELSE review_accepted_at
          END,
          withdrawn_at = CASE
            WHEN ${name} = 'order.withdraw' THEN ${now}::timestamptz ELSE withdrawn_at
          END,
          synced_at = NULL, updated_at = ${now}, version = version + 1
      WHERE id = ${orderId}::uuid AND CASE ${name}::text
          WHEN 'order.accept-review' THEN status = 'review' AND review_accepted_at IS NULL
          WHEN 'order.withdraw' THEN source = 'manual' AND withdrawn_at IS NULL
          ELSE true
        END
      RETURNING id
    ), recorded AS (
      INSERT INTO order_history (order_id, change, detail, actor_id, happened_at)
      SELECT id, ${name}, jsonb_build_object('reason', ${reason}::text), ${actorId}::uuid,
             ${now}::timestamptz
      FROM changed
    ), audited AS (
      INSERT INTO audit_log (actor_id, action, subject_type, subject_id, reason, happened_at)
      SELECT ${actorId}::uuid, ${name}, 'order', id::text, ${reason}::text, ${now}::timestamptz
      FROM changed
    )
    SELECT id FROM changed`;
  return rows.length > 0;
}

/** A person, and the courses that somebody wants to open for them. */
export interface Grantee {
  userId: string;
  courses: { id: string; title: string; isOwned: boolean }[];
}

/** The account with an address and the courses with these slugs, or null without the account. */
export async function findGrantee(
  database: Database,
  email: string,
  slugs: string[],
  livemode: boolean,
): Promise<Grantee | null> {
  const [row] = await database.read<Grantee[]>`
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

/** Courses to be opened by hand. */
export interface NewGrant {
  userId: string;
  courseIds: string[];
  livemode: boolean;
  reason: string;
  actorId: string;
  now: Date;
}

/**
 * Writes an order with the source `manual` and gives its id. Its items begin as `ended`: an open one
 * would stand in the way of an order that the person pays.
 */
export async function insertGrant(database: Database, grant: NewGrant): Promise<string> {
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

/**
 * Notes the items of a refund. Gives false when the order was changed since it was read.
 */
export async function insertRefundItems(
  database: Database,
  change: {
    order: { id: string; version: number };
    refundId: string;
    items: { itemId: string; amount: number }[];
    actorId: string;
    now: Date;
  },
): Promise<boolean> {
  const { order, refundId, items, actorId, now } = change;
  const detail = JSON.stringify({ refund: refundId, items });
  const rows = await database.write<{ id: string }[]>`
    WITH changed AS (
      UPDATE orders
      SET synced_at = NULL, updated_at = ${now}, version = version + 1
      WHERE id = ${order.id}::uuid AND version = ${order.version}
      RETURNING id
    ), assigned AS (
      INSERT INTO refund_items (refund_id, order_item_id, amount)
      SELECT ${refundId}::uuid, item."itemId", item.amount
      FROM changed, jsonb_to_recordset(${JSON.stringify(items)}::jsonb)
        AS item ("itemId" uuid, amount integer)
    ), recorded AS (
      INSERT INTO order_history (order_id, change, detail, actor_id, happened_at)
      SELECT id, 'order.assign-refund', ${detail}::jsonb, ${actorId}::uuid, ${now}::timestamptz
      FROM changed
    ), audited AS (
      INSERT INTO audit_log (actor_id, action, subject_type, subject_id, detail, happened_at)
      SELECT ${actorId}::uuid, 'order.assign-refund', 'order', id::text, ${detail}::jsonb,
             ${now}::timestamptz
      FROM changed
    )
    SELECT id FROM changed`;
  return rows.length > 0;
}
