import type { Services } from "#lib/services/index.ts";
import type { Stripe } from "#lib/services/stripe.ts";
import type { OrderStatus } from "./order.ts";
import { findEventTarget } from "./stripe-events.ts";
import { findOrderRecord } from "./sync-queries.ts";
import { syncOrder } from "./sync-order.ts";
import { listKnownEvents } from "./webhook-queries.ts";

/** What became of an event: why it was ignored, or the state of the order it led to. */
export type WebhookOutcome =
  | { outcome: "ignored"; reason: "unknown-type" | "other-mode" | "not-ours" | "done-before" }
  | { outcome: "synced"; orderId: string; status: OrderStatus };

type WebhookServices = Pick<Services, "database" | "stripe" | "environment">;

/** The body was not signed by Stripe with a secret of ours, or not within five minutes. */
export class SignatureError extends Error {
  override name = "SignatureError";
}

/**
 * An event names an order of ours that the database does not have: a lost write or a restored
 * backup.
 */
export class OrderMissingError extends Error {
  override name = "OrderMissingError";
}

/**
 * Checks an event's signature over the raw body and acts on it. Throws SignatureError before
 * anything is read or written; any other throw means that Stripe should send the event again.
 */
export async function handleStripeEvent(
  services: WebhookServices,
  request: { body: string; signature: string | null; now: Date },
): Promise<WebhookOutcome> {
  const event = await verify(services, request);
  const target = await findEventTarget(services, (call) => services.stripe.runOnce(call), event);
  if ("ignored" in target) return { outcome: "ignored", reason: target.ignored };
  const [known, order] = await Promise.all([
    listKnownEvents(services.database, [event.id]),
    findOrderRecord(services.database, target.orderId),
  ]);
  if (known.has(event.id)) return { outcome: "ignored", reason: "done-before" };
  const status = await syncOrder(services, target.orderId, {
    now: request.now,
    hasty: true,
    sessionId: target.sessionId,
    order,
    event: { id: event.id, type: event.type, createdAt: new Date(event.created * 1000) },
  });
  if (!status) throw new OrderMissingError(`Event ${event.id} names an order that is not there.`);
  return { outcome: "synced", orderId: target.orderId, status };
}

async function verify(
  { stripe }: WebhookServices,
  { body, signature, now }: { body: string; signature: string | null; now: Date },
): Promise<Stripe.Event> {
  if (!signature) throw new SignatureError("The request has no signature.");
  try {
    return await stripe.verifyEvent(body, signature, now);
  } catch (error) {
    throw new SignatureError("The signature does not fit.", { cause: error });
  }
}
