import type { Database } from "#lib/services/database.ts";

interface Moment {
  now: Date;
  /** How long before `now` a payment must be for the account to be erased. */
  graceSeconds: number;
}

/**
 * Gives accounts that are due and were paid for meanwhile their time anew, counted from the payment,
 * and tells their owners: what was just bought is not taken away.
 */
export async function updateErasuresPostponed(
  database: Database,
  { now, graceSeconds }: Moment,
): Promise<number> {
  const rows = await database.write<{ id: string }[]>`
    WITH paid AS (
      SELECT users.id,
             max(orders.paid_at) + make_interval(secs => ${graceSeconds}) AS due_at
      FROM users
      JOIN orders ON orders.user_id = users.id AND orders.paid_at > users.deletion_asked_at
      WHERE users.deletion_due_at <= ${now}::timestamptz AND users.erased_at IS NULL
      GROUP BY users.id
    ), postponed AS (
      UPDATE users
      SET deletion_due_at = paid.due_at, updated_at = now()
      FROM paid
      WHERE users.id = paid.id AND users.deletion_due_at < paid.due_at
      RETURNING users.id, users.email, users.name, users.deletion_due_at
    ), told AS (
      INSERT INTO outbox (dedupe_key, template, recipient, parameters)
      SELECT 'deletion-postponed:' || id || ':' || deletion_due_at, 'deletion-postponed', email,
             jsonb_build_object('name', name, 'dueAt', deletion_due_at)
      FROM postponed
    )
    SELECT id FROM postponed`;
  return rows.length;
}

/** The accounts whose time is over and that nothing keeps, those due longest first. */
export async function listDueAccounts(
  database: Database,
  { now, limit }: { now: Date; limit: number },
): Promise<string[]> {
  const rows = await database.read<{ id: string }[]>`
    SELECT id
    FROM users
    WHERE deletion_due_at <= LEAST(${now}::timestamptz, now()) AND erased_at IS NULL
      AND NOT EXISTS (SELECT FROM open_matters WHERE user_id = users.id)
    ORDER BY deletion_due_at
    LIMIT ${limit}`;
  return rows.map(({ id }) => id);
}

/**
 * Erases what is personal of an account whose time is over, in one statement, and writes the last
 * mail to it. Orders and what belongs to them stay under the account's id, which nobody can sign in
 * to. Gives false when it is not due, is erased, or something is under way for which it is needed.
 */
export async function eraseUser(
  database: Database,
  { userId, now, graceSeconds }: Moment & { userId: string },
): Promise<boolean> {
  const rows = await database.write<{ id: string }[]>`
    WITH person AS (
      SELECT id, email, name, id::text || '@erased.invalid' AS no_address
      FROM users
      WHERE id = ${userId}::uuid AND erased_at IS NULL
        AND deletion_due_at <= LEAST(${now}::timestamptz, now())
        AND NOT EXISTS (SELECT FROM open_matters WHERE user_id = users.id)
        AND NOT EXISTS (
          SELECT
          FROM orders
          WHERE user_id = users.id AND paid_at > users.deletion_asked_at
            AND paid_at > ${now}::timestamptz - make_interval(secs => ${graceSeconds})
        )
      FOR UPDATE
    ), codes AS (
      DELETE FROM recovery_codes USING person WHERE user_id = person.id
    ), factors AS (
      DELETE FROM totp_factors USING person WHERE user_id = person.id
    ), others AS (
      DELETE FROM identities USING person WHERE user_id = person.id
    ), keys AS (
      DELETE FROM passkeys USING person WHERE user_id = person.id
    ), resets AS (
      DELETE FROM password_resets USING person WHERE user_id = person.id
    ), moves AS (
      DELETE FROM email_changes USING person WHERE user_id = person.id
    ), lessons AS (
      DELETE FROM lesson_progress USING person WHERE user_id = person.id
    ), customers AS (
      DELETE FROM payment_customers USING person WHERE user_id = person.id
    ), sign_ups AS (
      DELETE FROM registrations USING person WHERE registrations.email = person.email
    ), suppressions AS (
      DELETE FROM mail_suppressions USING person WHERE mail_suppressions.email = person.email
    ), mails AS (
      DELETE FROM outbox
      USING person
      WHERE NOT parameters ? 'orderId' AND (
        lower(COALESCE(substring(recipient FROM '<([^<>]+)>$'), recipient)) = person.email
        OR (template = 'contact' AND lower(parameters ->> 'email') = person.email
            AND sent_at IS NOT NULL))
    ), order_mails AS (
      UPDATE outbox
      SET recipient = person.no_address, parameters = parameters - 'name' - 'email',
          failed_at = CASE
            WHEN sent_at IS NULL THEN COALESCE(failed_at, ${now}::timestamptz) ELSE failed_at
          END
      FROM person
      WHERE parameters ? 'orderId'
        AND lower(COALESCE(substring(recipient FROM '<([^<>]+)>$'), recipient)) = person.email
    ), told AS (
      INSERT INTO outbox (dedupe_key, template, recipient, parameters)
      SELECT 'account-erased:' || id, 'account-erased', email, jsonb_build_object('name', name)
      FROM person
      WHERE NOT EXISTS (
        SELECT FROM mail_suppressions WHERE email = person.email AND lifted_at IS NULL
      )
    ), erased AS (
      UPDATE users
      SET email = person.no_address, name = 'Erased account', password_hash = 'erased',
          news_wanted_at = NULL, erased_at = ${now}::timestamptz, updated_at = now()
      FROM person
      WHERE users.id = person.id
    )
    SELECT id, erase_security_events(id)
    FROM person`;
  return rows.length > 0;
}

/** Deletes the last mails to erased accounts once they are sent: they hold the address. */
export async function deleteLastMails(database: Database): Promise<void> {
  await database.write`
    DELETE FROM outbox
    WHERE template = 'account-erased' AND (sent_at IS NOT NULL OR failed_at IS NOT NULL)`;
}
