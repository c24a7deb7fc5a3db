import type { APIRoute } from "astro";
import { MAX_BODY_BYTES } from "#http/body.ts";
import { jsonResponse } from "#http/json.ts";
import { methodNotAllowed, problemResponse } from "#http/problem.ts";
import { sendDueMail } from "#lib/operations/outbox.ts";
import { handleStripeEvent, SignatureError } from "#lib/orders/webhook.ts";

/**
 * Stripe's events. 2xx means that Stripe need not send this one again; whatever throws becomes a
 * 5xx, and Stripe tries again for three days. Never touches Redis.
 */
export const POST: APIRoute = async ({ locals, request }) => {
  const { services } = locals;
  const body = await request.text();
  if (new TextEncoder().encode(body).length > MAX_BODY_BYTES)
    return problemResponse({ status: 413 });
  const signature = request.headers.get("stripe-signature");
  try {
    const outcome = await handleStripeEvent(services, { body, signature, now: new Date() });
    if (outcome.outcome === "ignored" || outcome.status === "review")
      locals.log("stripe-event", { ...outcome });
    // A receipt should not wait for the next run of the job; if this is cut short, that run sends it.
    if (outcome.outcome === "synced")
      locals.cfContext.waitUntil(sendDueMail(services, { now: new Date() }));
    return jsonResponse({ received: true });
  } catch (error) {
    if (!(error instanceof SignatureError)) throw error;
    locals.log("stripe-signature-refused");
    const { requestId } = locals;
    return problemResponse({ status: 400, detail: "The signature does not fit.", requestId });
  }
};

export const ALL = methodNotAllowed("POST");
