import type { Database } from "#lib/services/database.ts";

/** All that the shop keeps about a person, in words and numbers that need no table of ours to read. */
export interface PersonalData {
  account: Record<string, unknown>;
  orders: Record<string, unknown>[];
  courses: Record<string, unknown>[];
  lessons: Record<string, unknown>[];
  /** Accounts elsewhere that this one is signed in to with. */
  identities: Record<string, unknown>[];
  passkeys: Record<string, unknown>[];
  securityEvents: Record<string, unknown>[];
}

/**
 * What is kept about a person, or null without an account. Nothing that opens anything, and nothing
 * about others, is in it. Amounts are in the currency's smallest unit.
 */
export async function findPersonalData(
  database: Database,
  userId: string,
): Promise<PersonalData | null> {
  const [data] = await database.read<PersonalData[]>`
    SELECT
      jsonb_build_object(
        'name', users.name, 'email', users.email, 'role', users.role,
        'createdAt', users.created_at, 'passwordChangedAt', users.password_changed_at,
        'newsWantedAt', users.news_wanted_at) AS account,
      COALESCE((
        SELECT jsonb_agg(jsonb_build_object(
          'number', orders.number, 'status', orders.status, 'currency', orders.currency,
          'totalAmount', orders.total_amount, 'refundedAmount', orders.refunded_amount,
          'createdAt', orders.created_at, 'paidAt', orders.paid_at,
          'termsAcceptedAt', orders.terms_accepted_at,
          'courses', (SELECT jsonb_agg(title ORDER BY title)
                      FROM order_items
                      WHERE order_id = orders.id)) ORDER BY orders.number)
        FROM orders
        WHERE orders.user_id = users.id), '[]') AS orders,
      COALESCE((
        SELECT jsonb_agg(jsonb_build_object(
          'title', courses.title, 'since', entitlements.granted_at) ORDER BY courses.title)
        FROM entitlements
        JOIN courses ON courses.id = entitlements.course_id
        WHERE entitlements.user_id = users.id), '[]') AS courses,
      COALESCE((
        SELECT jsonb_agg(jsonb_build_object(
          'course', courses.title, 'lesson', lessons.title,
          'openedAt', lesson_progress.opened_at, 'completedAt', lesson_progress.completed_at)
          ORDER BY lesson_progress.opened_at)
        FROM lesson_progress
        JOIN lessons ON lessons.id = lesson_progress.lesson_id
        JOIN courses ON courses.id = lessons.course_id
        WHERE lesson_progress.user_id = users.id), '[]') AS lessons,
      COALESCE((
        SELECT jsonb_agg(jsonb_build_object(
          'provider', provider, 'subject', subject, 'email', email,
          'since', created_at, 'lastUsedAt', last_used_at) ORDER BY provider)
        FROM identities
        WHERE user_id = users.id), '[]') AS identities,
      COALESCE((
        SELECT jsonb_agg(jsonb_build_object(
          'name', passkeys.name, 'createdAt', passkeys.created_at,
          'lastUsedAt', passkeys.last_used_at) ORDER BY passkeys.created_at)
        FROM passkeys
        WHERE passkeys.user_id = users.id), '[]') AS passkeys,
      COALESCE((
        SELECT jsonb_agg(jsonb_build_object(
          'what', kind, 'device', device, 'place', place, 'happenedAt', happened_at) ORDER BY id)
        FROM security_events
        WHERE user_id = users.id), '[]') AS security_events
    FROM users
    WHERE users.id = ${userId}`;
  return data ?? null;
}
