import { AppError } from "#lib/errors.ts";
import type { Services } from "#lib/services/index.ts";
import { parseMoney } from "../money.ts";
import { requestRefund, type RefundOutcome } from "../request-refund.ts";
import { findOrderRecord } from "../sync-queries.ts";

/** A refund that an admin types into a form. */
export interface AdminRefund {
  orderId: string;
  /** Null for the whole order. */
  itemIds: string[] | null;
  /** In whole units of the order's currency, such as "12.50"; "" for all that is left. */
  amount: string;
  reason: string;
  actorId: string;
  now: Date;
}

/** Pays an order, or courses of it, back. Throws AppError as `requestRefund` does. */
export async function refundAsAdmin(
  services: Pick<Services, "database" | "stripe" | "environment">,
  { orderId, itemIds, amount: text, ...request }: AdminRefund,
): Promise<RefundOutcome> {
  if (itemIds?.length === 0) throw new AppError("invalid", "Please tick what to refund.");
  const order = await findOrderRecord(services.database, orderId);
  if (!order) throw new AppError("not-found", "There is no such order.");
  const amount = text === "" ? null : parseMoney(text, order.currency);
  if (text !== "" && !amount)
    throw new AppError("invalid", "Please write the amount like 12.50, above zero.");
  return requestRefund(services, {
    ...request,
    orderId,
    items: itemIds ?? "all",
    source: "admin",
    ...(amount && { amount }),
  });
}
