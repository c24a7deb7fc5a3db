import { DependencyError, type NoteBug } from "#lib/errors.ts";
import type { Database } from "#lib/services/database.ts";
import { MailRefusedError, type EmailService } from "#lib/services/email.ts";
import type { Services } from "#lib/services/index.ts";
import { renderMail, type MailRequest } from "./mails.ts";
import {
  claimDueMails,
  insertMail,
  markMailFailed,
  markMailSent,
  type OutboxMail,
} from "./outbox-queries.ts";

/** What one run of the outbox did. */
export interface OutboxReport {
  sent: number;
  /** Not sent this time; tried again later. */
  delayed: number;
  /** Given up: refused by the provider, or out of tries. */
  failed: number;
  /** Not sent, since the address bounced or its owner called our mail spam. */
  suppressed: number;
}

type MailServices = Pick<Services, "database" | "environment"> & {
  email: Pick<EmailService, "send">;
};

const MINUTE_MS = 60_000;
const CLAIM_MS = 2 * MINUTE_MS;
const PARALLEL = 5;
/** No more is begun after this: who called the job waits for 25 seconds (`scheduler/`). */
const RUN_MS = 15_000;
/** Waits before the second to the eighth try: 24 hours in all. */
const WAITS_MS = [1, 5, 15, 60, 180, 420, 760].map((minutes) => minutes * MINUTE_MS);

/**
 * Writes a mail down to be sent by `sendDueMail`. The same key twice is one mail. A mail that tells
 * of another write belongs into that statement instead, so that neither is there without the other.
 */
export async function enqueueMail(
  database: Database,
  mail: MailRequest & { dedupeKey: string; recipient: string },
): Promise<void> {
  await insertMail(database, mail);
}

/**
 * Sends the mails that are due, `limit` of them at most. May run at any time and at once with itself: each
 * mail is claimed by one run. What can't be sent now is tried again, eight times in a day, and kept for
 * people to see after that; `noteBug` is told of one that failed by neither an outage nor a refusal. A run
 * that is killed after the provider took a mail and before that was noted sends it once more: at least once,
 * since none may be lost. Throws DependencyError when the database is silent, never for a mail.
 */
export async function sendDueMail(
  services: MailServices,
  { now, limit = 20, noteBug = () => undefined }: { now: Date; limit?: number; noteBug?: NoteBug },
): Promise<OutboxReport> {
  const report: OutboxReport = { sent: 0, delayed: 0, failed: 0, suppressed: 0 };
  const claimedUntil = new Date(now.getTime() + CLAIM_MS);
  const stopAt = Date.now() + RUN_MS;
  // A few at once, and none claimed that may not be begun: a run that is cut off holds no more than these up.
  for (let left = limit; left > 0 && Date.now() < stopAt; left -= PARALLEL) {
    const claim = { now, claimedUntil, limit: Math.min(left, PARALLEL) };
    const mails = await claimDueMails(services.database, claim);
    const results = await Promise.all(mails.map((mail) => sendMail(services, mail, now, noteBug)));
    for (const result of results) report[result] += 1;
    if (mails.length < PARALLEL) break;
  }
  return report;
}

async function sendMail(
  services: MailServices,
  mail: OutboxMail,
  now: Date,
  noteBug: NoteBug,
): Promise<keyof OutboxReport> {
  const { dedupeKey } = mail;
  if (mail.isSuppressed) {
    await markMailFailed(services.database, { dedupeKey, error: "suppressed", retryAt: null, now });
    return "suppressed";
  }
  try {
    const content = await renderMail(services, mail, now);
    // What it was about is gone, such as a sign-up that was completed: nothing is left to say.
    if (content) await services.email.send({ ...content, to: mail.recipient, dedupeKey });
    await markMailSent(services.database, { dedupeKey, now });
    return "sent";
  } catch (error) {
    if (error instanceof DependencyError && error.dependency === "database") throw error;
    const isRefused = error instanceof MailRefusedError;
    if (!isRefused && !(error instanceof DependencyError))
      noteBug(error, { template: mail.template });
    const retryAt = isRefused ? null : nextTry(mail.attempts, now);
    await markMailFailed(services.database, { dedupeKey, error: describe(error), retryAt, now });
    return retryAt ? "delayed" : "failed";
  }
}

/**
 * When to try again after so many tries, or null when it was the last. Half of each wait is chance.
 */
export function nextTry(attempts: number, now: Date, random = randomFraction): Date | null {
  const wait = WAITS_MS[attempts - 1];
  return wait === undefined ? null : new Date(now.getTime() + wait * (0.5 + random() / 2));
}

function randomFraction(): number {
  return (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32;
}

// Our own errors and the provider's status, but no text of theirs that could repeat an address.
function describe(error: unknown): string {
  const cause = error instanceof DependencyError ? error.cause : error;
  return cause instanceof Error ? `${cause.name}: ${cause.message}`.slice(0, 200) : "unknown";
}
