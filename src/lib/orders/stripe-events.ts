import type { Services } from "#lib/services/index.ts";
import type { Stripe } from "#lib/services/stripe.ts";
import { isUuid } from "#lib/uuid.ts";
import { isLivemode } from "./livemode.ts";
import { isMissing, type StripeCall } from "./retrieve-facts.ts";
import { findOrderIdByPayment } from "./webhook-queries.ts";

/**
 * The events that may change an order; the webhook endpoint in Stripe is set up with the same list.
 */
export const ORDER_EVENTS = [
  "checkout.session.completed",
  "checkout.session.expired",
  "checkout.session.async_payment_succeeded",
  "checkout.session.async_payment_failed",
  "charge.refunded",
  "charge.dispute.created",
  "charge.dispute.updated",
  "charge.dispute.closed",
  "charge.dispute.funds_withdrawn",
  "charge.dispute.funds_reinstated",
  "refund.created",
  "refund.updated",
  "refund.failed",
] as const;

/** Where an event leads: to an order of ours, or nowhere and why. */
export type EventTarget =
  | { orderId: string; sessionId: string | undefined }
  | { ignored: "unknown-type" | "other-mode" | "not-ours" };

interface EventObject {
  id: string;
  object: string;
  metadata?: Record<string, string> | null;
  payment_intent?: string | { id: string } | null;
}

/**
 * Finds the order that an event is about. An event is only a hint: nothing in it is believed but
 * the names of things to ask Stripe about.
 */
export async function findEventTarget(
  services: Pick<Services, "database" | "environment">,
  ask: StripeCall,
  event: Stripe.Event,
): Promise<EventTarget> {
  const { database, environment } = services;
  const livemode = isLivemode(environment);
  if (!ORDER_EVENTS.some((type) => type === event.type)) return { ignored: "unknown-type" };
  if (event.livemode !== livemode) return { ignored: "other-mode" };
  const object = event.data.object as unknown as EventObject;
  const sessionId = object.object === "checkout.session" ? object.id : undefined;
  const orderId = readOrderId(object.metadata, environment.SITE_URL);
  if (orderId) return { orderId, sessionId };
  const intentId = idOf(object.payment_intent);
  if (sessionId || !intentId) return { ignored: "not-ours" };
  // Refunds and disputes carry no metadata of ours, and may come before the order knows its
  // payment.
  const found =
    (await findOrderIdByPayment(database, { intentId, livemode })) ??
    readOrderId(await readIntentMetadata(ask, intentId), environment.SITE_URL);
  return found ? { orderId: found, sessionId } : { ignored: "not-ours" };
}

// Another shop or environment may use the same account: its orders are not ours to find.
function readOrderId(
  metadata: Record<string, string> | null | undefined,
  siteUrl: string,
): string | null {
  const orderId = metadata?.order_id;
  if (!isUuid(orderId)) return null;
  return (metadata?.site ?? siteUrl) === siteUrl ? orderId : null;
}

async function readIntentMetadata(
  ask: StripeCall,
  intentId: string,
): Promise<Record<string, string> | null> {
  try {
    return (await ask((stripe) => stripe.paymentIntents.retrieve(intentId))).metadata;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

function idOf(reference: string | { id: string } | null | undefined): string | null {
  return typeof reference === "string" ? reference : (reference?.id ?? null);
}
