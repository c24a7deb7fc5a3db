import type { Database } from "#lib/services/database.ts";

/** Why an address gets no mail: its mailbox refuses it, or its owner called it spam. */
export type SuppressionReason = "bounce" | "complaint";

/** An address that gets no mail. */
export interface Suppression {
  /** In lower case. */
  email: string;
  reason: SuppressionReason;
  providerEventId: string;
  /** The refusal's status code and class, or null when the provider gave none. */
  detail: string | null;
  happenedAt: Date;
}

/**
 * Writes down addresses, each at most once in the list, and gives how many were changed. The newest
 * event of an address counts; one that is known, or was before its owner asked for mail again,
 * changes nothing. The provider's times are whole seconds.
 */
export async function upsertSuppressions(
  database: Database,
  suppressions: Suppression[],
): Promise<number> {
  const rows = await database.write<{ email: string }[]>`
    INSERT INTO mail_suppressions AS known (email, reason, provider_event_id, detail, happened_at)
    SELECT email, reason, "providerEventId", detail, "happenedAt"
    FROM jsonb_to_recordset(${JSON.stringify(suppressions)}::jsonb) AS reported
      (email text, reason text, "providerEventId" text, detail text, "happenedAt" timestamptz)
    ORDER BY email
    ON CONFLICT (email) DO UPDATE
    SET reason = EXCLUDED.reason, provider_event_id = EXCLUDED.provider_event_id,
        detail = EXCLUDED.detail, happened_at = EXCLUDED.happened_at, lifted_at = NULL
    WHERE EXCLUDED.provider_event_id <> known.provider_event_id
      AND EXCLUDED.happened_at >= known.happened_at
      AND (known.lifted_at IS NULL
           OR EXCLUDED.happened_at >= date_trunc('second', known.lifted_at))
    RETURNING email`;
  return rows.length;
}

/** Why the address gets no mail, or null when it does. */
export async function findSuppression(
  database: Database,
  email: string,
): Promise<Suppression | null> {
  const [suppression] = await database.read<Suppression[]>`
    SELECT email, reason, provider_event_id, detail, happened_at
    FROM mail_suppressions
    WHERE email = ${email} AND lifted_at IS NULL`;
  return suppression ?? null;
}

/**
 * Lets an address have mail again, and makes what was held back for it due. Gives whether it was
 * suppressed, and changes nothing when not.
 */
export async function updateSuppressionLifted(
  database: Database,
  change: { email: string; now: Date },
): Promise<boolean> {
  const rows = await database.write<{ email: string }[]>`
    WITH lifted AS (
      UPDATE mail_suppressions
      SET lifted_at = ${change.now}::timestamptz
      WHERE email = ${change.email} AND lifted_at IS NULL
      RETURNING email
    ), released AS (
      UPDATE outbox
      SET failed_at = NULL, last_error = NULL, attempts = 0
      FROM lifted
      WHERE outbox.recipient = lifted.email AND outbox.last_error = 'suppressed'
        AND outbox.failed_at IS NOT NULL
    )
    SELECT email FROM lifted`;
  return rows.length > 0;
}
