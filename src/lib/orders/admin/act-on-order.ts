import { AppError } from "#lib/errors.ts";
import type { Services } from "#lib/services/index.ts";
import { decideOrder } from "../decide-order.ts";
import type { OrderRecord, OrderStatus } from "../order.ts";
import { retrieveFacts } from "../retrieve-facts.ts";
import { findOrderRecord } from "../sync-queries.ts";
import { syncOrder } from "../sync-order.ts";
import { updateOrderByAct } from "./act-queries.ts";

type AdminServices = Pick<Services, "database" | "stripe" | "environment">;

/** What an admin asks of an order. */
export interface ActRequest {
  orderId: string;
  actorId: string;
  reason: string;
  now: Date;
}

/** Compares an order with Stripe now, and gives its state. Throws AppError when there is none. */
export async function resyncOrder(
  services: AdminServices,
  { orderId, actorId, now }: Omit<ActRequest, "reason">,
): Promise<OrderStatus> {
  const act = "order.resync";
  await updateOrderByAct(services.database, { orderId, act, reason: null, actorId, now });
  return sync(services, orderId, now);
}

/**
 * Finds the payment of an order in review good although its amounts are not those of the order, so
 * that it opens. Throws AppError when there is nothing to accept, or something else is wrong that
 * accepting would not mend.
 */
export async function acceptReview(
  services: AdminServices,
  { orderId, actorId, reason, now }: ActRequest,
): Promise<OrderStatus> {
  const order = await findOrder(services, orderId);
  if (order.status !== "review") throw new AppError("conflict", "This order is not in review.");
  const facts = order.stripeSessionId
    ? await retrieveFacts((call) => services.stripe.run(call), order.stripeSessionId)
    : null;
  const decision = decideOrder({ ...order, isReviewAccepted: true }, facts, now);
  if (decision.status === "review")
    throw new AppError(
      "conflict",
      `This can't be accepted. ${decision.reviewReason ?? ""} Refund the payment instead.`,
    );
  const act = "order.accept-review";
  await updateOrderByAct(services.database, { orderId, act, reason, actorId, now });
  return sync(services, orderId, now);
}

/**
 * Takes a grant by hand back: what it opened closes, unless it was bought as well. A second time
 * changes nothing. Throws AppError for an order that was paid for: that one is refunded.
 */
export async function withdrawGrant(
  services: AdminServices,
  { orderId, actorId, reason, now }: ActRequest,
): Promise<OrderStatus> {
  const { source } = await findOrder(services, orderId);
  if (source !== "manual")
    throw new AppError("conflict", "This order was paid for. Refund it instead.");
  const act = "order.withdraw";
  await updateOrderByAct(services.database, { orderId, act, reason, actorId, now });
  return sync(services, orderId, now);
}

async function findOrder({ database }: AdminServices, orderId: string): Promise<OrderRecord> {
  const order = await findOrderRecord(database, orderId);
  if (!order) throw new AppError("not-found", "There is no such order.");
  return order;
}

async function sync(services: AdminServices, orderId: string, now: Date): Promise<OrderStatus> {
  const status = await syncOrder(services, orderId, { now });
  if (!status) throw new AppError("not-found", "There is no such order.");
  return status;
}
