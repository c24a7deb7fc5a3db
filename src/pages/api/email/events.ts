import type { APIRoute } from "astro";
import { MAX_BODY_BYTES } from "#http/body.ts";
import { jsonResponse } from "#http/json.ts";
import { methodNotAllowed, problemResponse } from "#http/problem.ts";
import { handleMailEvents } from "#lib/operations/mail-events.ts";
import { MailSignatureError } from "#lib/operations/mail-signature.ts";

const HEADER = "x-twilio-email-event-webhook";

/**
 * SendGrid's events about mail that was sent. 2xx means that it need not send them again; anything
 * else makes it try again for a day. Never touches Redis.
 */
export const POST: APIRoute = async ({ locals, request }) => {
  const body = await request.text();
  if (new TextEncoder().encode(body).length > MAX_BODY_BYTES)
    return problemResponse({ status: 413 });
  const signature = request.headers.get(`${HEADER}-signature`);
  const timestamp = request.headers.get(`${HEADER}-timestamp`);
  try {
    const signed = { body, signature, timestamp, now: new Date() };
    const report = await handleMailEvents(locals.services, signed);
    if (report.suppressed + report.unreadable > 0) locals.log("mail-events", { ...report });
    return jsonResponse({ received: true });
  } catch (error) {
    if (!(error instanceof MailSignatureError)) throw error;
    locals.log("mail-signature-refused");
    const { requestId } = locals;
    return problemResponse({ status: 400, detail: "The signature does not fit.", requestId });
  }
};

export const ALL = methodNotAllowed("POST");
