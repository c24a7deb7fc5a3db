import { AppError } from "#lib/errors.ts";
import type { Services } from "#lib/services/index.ts";
import { allocate } from "../allocate.ts";
import type { OrderStatus } from "../order.ts";
import { findOrderRecord } from "../sync-queries.ts";
import { syncOrder } from "../sync-order.ts";
import { insertRefundItems } from "./act-queries.ts";

/** Which courses a refund from Stripe's Dashboard was for: Stripe does not know them. */
export interface Assignment {
  orderId: string;
  refundId: string;
  itemIds: string[];
  actorId: string;
  now: Date;
}

/**
 * Says which courses a refund was for, so that those that are wholly paid back close. Its amount is
 * divided among them by what is left of each. Throws AppError when the refund has its courses
 * already, or is more than what was paid for these.
 */
export async function assignRefund(
  services: Pick<Services, "database" | "stripe" | "environment">,
  { orderId, refundId, itemIds, actorId, now }: Assignment,
): Promise<OrderStatus | null> {
  const order = await findOrderRecord(services.database, orderId);
  const refund = order?.refunds.find(({ id }) => id === refundId);
  if (!order || !refund) throw new AppError("not-found", "There is no such refund.");
  if (refund.items.length > 0)
    throw new AppError("conflict", "The courses of this refund are known already.");
  const items = order.items.filter(({ id }) => itemIds.includes(id));
  if (items.length === 0 || items.length < new Set(itemIds).size)
    throw new AppError("not-found", "This course is not in the order.");
  const left = items.map(({ paidAmount, refundedAmount }) => paidAmount - refundedAmount);
  if (refund.amount > left.reduce((sum, amount) => sum + amount, 0))
    throw new AppError("conflict", "The refund is more than what was paid for these courses.");
  const parts = allocate(refund.amount, left);
  const assigned = items
    .map(({ id: itemId }, index) => ({ itemId, amount: parts[index] ?? 0 }))
    .filter(({ amount }) => amount > 0);
  const change = { order, refundId, items: assigned, actorId, now };
  if (!(await insertRefundItems(services.database, change)))
    throw new AppError("conflict", "The order has changed meanwhile. Please look again.");
  return syncOrder(services, orderId, { now });
}
