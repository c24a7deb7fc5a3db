import { z } from "zod";
import { AppError } from "#lib/errors.ts";
import type { Services } from "#lib/services/index.ts";
import { verifyMailSignature, type SignedRequest } from "./mail-signature.ts";
import { upsertSuppressions, type Suppression } from "./suppression-queries.ts";

/** What became of the events of one request. */
export interface MailEventsReport {
  /** Addresses that get no mail from now on. */
  suppressed: number;
  /** Events that tell of no lasting trouble, or that were known. */
  ignored: number;
  /** Events of a kind that matters, of a shape that is not known. */
  unreadable: number;
}

type MailEventServices = Pick<Services, "database" | "environment">;

const LONGEST_ID = 200;
/** The reasons to drop a mail that are about its address; the others pass. */
const REASON_OF_DROP = new Map<string, Suppression["reason"]>([
  ["Bounced Address", "bounce"],
  ["Invalid", "bounce"],
  ["Spam Reporting Address", "complaint"],
]);

const batchSchema = z.array(z.looseObject({ event: z.string() }));
const eventSchema = z.object({
  event: z.string(),
  email: z.string().trim().toLowerCase().max(254).pipe(z.email()),
  /** Unix seconds. */
  timestamp: z.number().int().min(0).max(9_999_999_999),
  sg_event_id: z.string().min(1).max(LONGEST_ID),
  type: z.string().nullish(),
  reason: z.string().nullish(),
  status: z.string().nullish(),
  bounce_classification: z.string().nullish(),
});
type MailEvent = z.infer<typeof eventSchema>;

/**
 * Takes the events of SendGrid's Event Webhook: addresses whose mailbox refuses mail for good, and
 * those whose owner called it spam, get no more. The same events again, in any order, change
 * nothing. Throws before anything is written: AppError "not-found" when no key is set,
 * MailSignatureError, and AppError "invalid" when the signed body is no list of events.
 */
export async function handleMailEvents(
  services: MailEventServices,
  request: SignedRequest,
): Promise<MailEventsReport> {
  const key = services.environment.EMAIL_WEBHOOK_PUBLIC_KEY;
  if (!key) throw new AppError("not-found", "No mail provider reports here.");
  await verifyMailSignature(key, request);
  const batch = parseBatch(request.body);
  const relevant = batch.filter(({ event }) => ["bounce", "dropped", "spamreport"].includes(event));
  const parsed = relevant.map((event) => eventSchema.safeParse(event));
  const newest = new Map<string, Suppression>();
  for (const { data } of parsed) {
    const suppression = data && suppressionOf(data);
    if (!suppression) continue;
    const other = newest.get(suppression.email);
    if (!other || other.happenedAt <= suppression.happenedAt)
      newest.set(suppression.email, suppression);
  }
  const unreadable = parsed.filter(({ success }) => !success).length;
  const suppressed =
    newest.size > 0 ? await upsertSuppressions(services.database, [...newest.values()]) : 0;
  return { suppressed, unreadable, ignored: batch.length - suppressed - unreadable };
}

function parseBatch(body: string): z.infer<typeof batchSchema> {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    throw new AppError("invalid", "The body is not JSON.");
  }
  const batch = batchSchema.safeParse(json);
  if (batch.success) return batch.data;
  const field = batch.error.issues[0]?.path.join(".") || "body";
  throw new AppError("invalid", `The body must be a list of events: ${field} is wrong.`);
}

// A "blocked" bounce is about one mail or one moment, such as a full server: SendGrid sends on too.
function suppressionOf(event: MailEvent): Suppression | null {
  const reason = reasonOf(event);
  if (!reason) return null;
  return {
    email: event.email,
    reason,
    providerEventId: event.sg_event_id,
    detail: detailOf(event),
    happenedAt: new Date(event.timestamp * 1000),
  };
}

function reasonOf({ event, type, reason }: MailEvent): Suppression["reason"] | null {
  if (event === "spamreport") return "complaint";
  if (event === "dropped") return REASON_OF_DROP.get(reason ?? "") ?? null;
  return type === "blocked" ? null : "bounce";
}

// The server's own words are left out: they may repeat the address, or hold anything else.
function detailOf({ status, bounce_classification: kind }: MailEvent): string | null {
  const code = /^\d\.\d{1,3}\.\d{1,3}$/.test(status ?? "") ? status : null;
  const words = /^[A-Za-z/ ]{1,40}$/.test(kind ?? "") ? kind : null;
  return [code, words].filter((part) => part).join(", ") || null;
}
