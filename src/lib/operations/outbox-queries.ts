import type { Database } from "#lib/services/database.ts";

/** A mail that waits to be sent: what it is about, not its text. */
export interface OutboxMail {
  dedupeKey: string;
  template: string;
  recipient: string;
  parameters: Record<string, string>;
  /** Tries so far, this one included. */
  attempts: number;
  createdAt: Date;
  /** Whether the address gets no mail, as `mail_suppressions` says, or is an erased account's. */
  isSuppressed: boolean;
}

/** Writes a mail down unless one with the same key is there already. */
export async function insertMail(
  database: Database,
  mail: Pick<OutboxMail, "dedupeKey" | "template" | "recipient" | "parameters">,
): Promise<void> {
  await database.write`
    INSERT INTO outbox (dedupe_key, template, recipient, parameters)
    VALUES (${mail.dedupeKey}, ${mail.template}, ${mail.recipient},
            ${JSON.stringify(mail.parameters)}::jsonb)
    ON CONFLICT (dedupe_key) DO NOTHING`;
}

/**
 * Takes the mails that are due, oldest first, and gives each to one caller alone until
 * `claimedUntil`: after that another may take it, so that a crash delays a mail and loses none. A
 * new mail is due at once, whatever our clock and the database's make of "now". News wait until
 * nothing else does.
 */
export async function claimDueMails(
  database: Database,
  claim: { now: Date; claimedUntil: Date; limit: number },
): Promise<OutboxMail[]> {
  return database.write<OutboxMail[]>`
    UPDATE outbox
    SET attempts = attempts + 1, next_attempt_at = ${claim.claimedUntil}::timestamptz
    WHERE dedupe_key IN (
      SELECT dedupe_key
      FROM outbox
      WHERE sent_at IS NULL AND failed_at IS NULL
        AND (attempts = 0 OR next_attempt_at <= ${claim.now}::timestamptz)
      ORDER BY template = 'new-course', next_attempt_at
      LIMIT ${claim.limit}
      FOR UPDATE SKIP LOCKED
    )
    RETURNING dedupe_key, template, recipient, parameters, attempts, created_at,
      recipient LIKE '%@erased.invalid' OR EXISTS (
        SELECT 1
        FROM mail_suppressions
        WHERE lifted_at IS NULL
          AND email = lower(COALESCE(substring(recipient FROM '<([^<>]+)>$'), recipient))
      ) AS is_suppressed`;
}

/** Notes that a mail was handed to the provider. */
export async function markMailSent(
  database: Database,
  mail: { dedupeKey: string; now: Date },
): Promise<void> {
  await database.write`
    UPDATE outbox
    SET sent_at = ${mail.now}::timestamptz, last_error = NULL
    WHERE dedupe_key = ${mail.dedupeKey}`;
}

/** Notes why a mail was not sent, and when to try again; `retryAt` is null when nobody will. */
export async function markMailFailed(
  database: Database,
  mail: { dedupeKey: string; error: string; retryAt: Date | null; now: Date },
): Promise<void> {
  await database.write`
    UPDATE outbox
    SET last_error = ${mail.error},
        next_attempt_at = COALESCE(${mail.retryAt}::timestamptz, next_attempt_at),
        failed_at = CASE WHEN ${mail.retryAt}::timestamptz IS NULL THEN ${mail.now}::timestamptz END
    WHERE dedupe_key = ${mail.dedupeKey} AND sent_at IS NULL`;
}

/** Whether a mail has been waiting since before a time; news, which wait for all others, don't count. */
export async function hasLateMail(database: Database, before: Date): Promise<boolean> {
  const rows = await database.read<{ dedupeKey: string }[]>`
    SELECT dedupe_key
    FROM outbox
    WHERE sent_at IS NULL AND failed_at IS NULL AND template <> 'new-course'
      AND created_at < ${before}::timestamptz
    LIMIT 1`;
  return rows.length > 0;
}
