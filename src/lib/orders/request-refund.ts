import { AppError, DependencyError } from "#lib/errors.ts";
import type { Services } from "#lib/services/index.ts";
import { allocate } from "./allocate.ts";
import { GRANTING } from "./order-state.ts";
import type { OrderRecord, RefundRecord } from "./order.ts";
import { insertRefund } from "./refund-queries.ts";
import { retrieveFacts, type StripeCall } from "./retrieve-facts.ts";
import { isActive, refundedAmount } from "./stripe-facts.ts";
import { submitRefund } from "./submit-refund.ts";
import { findOrderRecord } from "./sync-queries.ts";
import { syncOrder } from "./sync-order.ts";

type RefundServices = Pick<Services, "database" | "stripe" | "environment">;

/** A refund that a person asks for. */
export interface RefundRequest {
  orderId: string;
  /** The items to pay back, or "all" for whatever is left of the payment. */
  items: string[] | "all";
  /** Pays back a part of one item; the rest of it by default. In minor units. */
  amount?: number;
  source: "buyer" | "admin";
  actorId: string;
  reason: string | null;
  now: Date;
}

/** `made`: Stripe has it. `waiting`: Stripe was silent, and the reconciler goes on with it. */
export type RefundOutcome = "made" | "waiting";

const MAX_TRIES = 5;

/**
 * Pays items of an order back. The refund is written down before Stripe is asked, so that it is
 * made once however often this is called or cut off. Throws AppError when the order or an item is
 * not to be refunded, or Stripe refuses it.
 */
export async function requestRefund(
  services: RefundServices,
  request: RefundRequest,
): Promise<RefundOutcome> {
  const { source, reason, actorId, now } = request;
  for (let attempt = 1; ; attempt++) {
    const order = await findOrderRecord(services.database, request.orderId);
    if (!order) throw new AppError("not-found", "There is no such order.");
    const items = await itemsToReturn(services, order, request);
    if (await insertRefund(services.database, { order, source, items, reason, actorId, now }))
      break;
    if (attempt === MAX_TRIES)
      throw new AppError("conflict", "The order is busy. Please try again.");
  }
  try {
    return await carryOutRefunds(services, request.orderId, now);
  } catch (error) {
    if (error instanceof DependencyError) return "waiting";
    throw error;
  }
}

/**
 * Has Stripe make the refunds of an order that are written down and not made yet. May run at any
 * time and at once with itself. Throws DependencyError when Stripe is silent, and AppError when it
 * refused one.
 */
export async function carryOutRefunds(
  services: RefundServices,
  orderId: string,
  now: Date,
): Promise<RefundOutcome> {
  const { database, stripe, environment } = services;
  const site = environment.SITE_URL;
  const order = await findOrderRecord(database, orderId);
  const waiting = order?.refunds.filter(isRequested) ?? [];
  if (!order?.stripeSessionId || waiting.length === 0) return "made";
  const ask: StripeCall = (call) => stripe.run(call);
  // Fresh facts first: one whose answer was lost is there already.
  const facts = await retrieveFacts(ask, order.stripeSessionId);
  const payment = facts?.payment;
  if (!payment) throw new AppError("conflict", "There is no payment to give back.");
  for (const refund of waiting)
    if (!payment.refunds.some(({ ownId }) => ownId === refund.id))
      await submitRefund(database, ask, { refund, orderId, payment, site, now });
  await syncOrder(services, orderId, { now });
  const after = await findOrderRecord(database, orderId);
  const ids = new Set(waiting.map(({ id }) => id));
  const refused = after?.refunds.some(({ id, status }) => ids.has(id) && status === "failed");
  if (refused)
    throw new AppError(
      "conflict",
      "Our payment partner refused this refund. Nothing has changed; we have been told of it.",
    );
  return after?.refunds.some(isRequested) ? "waiting" : "made";
}

function isRequested({ status }: RefundRecord): boolean {
  return status === "requested";
}

async function itemsToReturn(
  services: RefundServices,
  order: OrderRecord,
  { items, amount, source }: RefundRequest,
): Promise<RefundRecord["items"]> {
  const isInReview = order.status === "review" && source === "admin" && items === "all";
  if (!isInReview && !GRANTING.includes(order.status))
    throw new AppError("conflict", "This order has nothing to refund.");
  const left = isInReview ? await leftInReview(services, order) : leftByItem(order);
  const wanted = left.filter(({ itemId }) => items === "all" || items.includes(itemId));
  const returns = wanted.filter((item) => item.amount > 0);
  if (returns.length === 0 || (items !== "all" && returns.length < items.length))
    throw new AppError("conflict", "This was refunded already, or cost nothing.");
  if (amount === undefined) return isInReview ? returns : capByPayment(order, left, returns);
  const [only] = returns;
  if (!only || returns.length > 1)
    throw new AppError("invalid", "An amount can be given for one course at a time.");
  if (amount < 1 || amount > only.amount)
    throw new AppError("invalid", "The amount is more than what is left to refund.");
  return [{ itemId: only.itemId, amount }];
}

// What Stripe has not heard of yet counts as gone.
function leftByItem(order: OrderRecord): RefundRecord["items"] {
  const asked = order.refunds.filter(isRequested).flatMap(({ items }) => items);
  return order.items.map(({ id: itemId, paidAmount, refundedAmount: returned }) => {
    const pending = asked.filter((each) => each.itemId === itemId);
    const sum = pending.reduce((total, each) => total + each.amount, 0);
    return { itemId, amount: paidAmount - returned - sum };
  });
}

// A refund from the Dashboard that names no course is of no item, and of the payment all the same.
function capByPayment(
  order: OrderRecord,
  left: RefundRecord["items"],
  returns: RefundRecord["items"],
): RefundRecord["items"] {
  if (order.items.length === 1) return returns;
  const sum = (parts: { amount: number }[]) =>
    parts.reduce((total, part) => total + part.amount, 0);
  const nameless = order.refunds.filter((refund) => isActive(refund) && refund.items.length === 0);
  const room = Math.max(0, sum(left) - sum(nameless));
  if (sum(returns) <= room) return returns;
  const parts = allocate(
    room,
    returns.map(({ amount }) => amount),
  );
  const capped = returns.map(({ itemId }, index) => ({ itemId, amount: parts[index] ?? 0 }));
  return capped.filter(({ amount }) => amount > 0);
}

// The order's own amounts are in doubt: what Stripe received is what can go back.
async function leftInReview(
  { stripe }: RefundServices,
  order: OrderRecord,
): Promise<RefundRecord["items"]> {
  const facts = order.stripeSessionId
    ? await retrieveFacts((call) => stripe.run(call), order.stripeSessionId)
    : null;
  const payment = facts?.payment ?? null;
  const asked = order.refunds.filter(isRequested);
  const pending = asked.reduce((sum, { amount }) => sum + amount, 0);
  const left = Math.max(0, (payment?.receivedAmount ?? 0) - refundedAmount(payment) - pending);
  const prices = order.items.map(({ priceAmount }) => priceAmount);
  const parts = allocate(left, prices);
  return order.items.map(({ id: itemId }, index) => ({ itemId, amount: parts[index] ?? 0 }));
}
