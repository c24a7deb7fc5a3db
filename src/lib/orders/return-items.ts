import type { Environment } from "#lib/environment.ts";
import { AppError } from "#lib/errors.ts";
import type { Services } from "#lib/services/index.ts";
import type { OrderView } from "./order.ts";
import { findOrderForUser } from "./queries.ts";
import { listItemProgress } from "./refund-policy-queries.ts";
import { offerReturns, type RefundPolicy, type ReturnOffer } from "./refund-policy.ts";
import { requestRefund, type RefundOutcome } from "./request-refund.ts";

type ReturnServices = Pick<Services, "database" | "stripe" | "environment">;

/** Courses that their buyer returns. */
export interface ItemReturnRequest {
  userId: string;
  orderId: string;
  itemIds: string[];
  now: Date;
}

/** The refund policy that is configured. */
export function policyOf(environment: Environment): RefundPolicy {
  return {
    windowDays: environment.REFUND_WINDOW_DAYS,
    maxCompletedPercent: environment.REFUND_MAX_COMPLETED_PERCENT,
  };
}

/** What may be returned of an order that was read just now. */
export async function findReturnOffer(
  { database, environment }: ReturnServices,
  order: OrderView,
  now: Date,
): Promise<ReturnOffer> {
  const progress = await listItemProgress(database, order.id);
  return offerReturns(order, progress, policyOf(environment), now);
}

/**
 * Gives the money for courses of a person's own order back, if the policy lets them. What is on its
 * way back already stays as it is, so a second click changes nothing. Throws AppError when an item
 * is not to be returned, or Stripe refuses.
 */
export async function returnItems(
  services: ReturnServices,
  request: ItemReturnRequest,
): Promise<RefundOutcome> {
  const known = await outcomeOf(services, request);
  if (known) return known;
  const { orderId, itemIds: items, userId: actorId, now } = request;
  try {
    const reason = null;
    return await requestRefund(services, {
      orderId,
      items,
      source: "buyer",
      actorId,
      reason,
      now,
    });
  } catch (error) {
    // Another click, or the Dashboard, was quicker.
    const outcome = await outcomeOf(services, request).catch(() => null);
    if (outcome) return outcome;
    throw error;
  }
}

async function outcomeOf(
  services: ReturnServices,
  { userId, orderId, itemIds, now }: ItemReturnRequest,
): Promise<RefundOutcome | null> {
  const order = await findOrderForUser(services.database, orderId, userId);
  if (!order) throw new AppError("not-found", "There is no such order.");
  const { items } = await findReturnOffer(services, order, now);
  const wanted = items.filter(({ itemId }) => itemIds.includes(itemId));
  if (wanted.length < new Set(itemIds).size)
    throw new AppError("not-found", "This course is not in the order.");
  if (wanted.every(({ isReturned }) => isReturned))
    return order.refunds.some(({ status }) => status === "requested") ? "waiting" : "made";
  for (const { title, refusal } of wanted)
    if (refusal) throw new AppError("conflict", `“${title}” cannot be returned. ${refusal}`);
  return null;
}
