import type Stripe from "stripe";
import { ApiError } from "./api-error.ts";
import { newId } from "./ids.ts";
import { NO_REQUEST, now, recordEvent, type Cause, type Ledger } from "./ledger.ts";
import { idOf } from "./references.ts";
import { countRefunded } from "./refunds.ts";

/** A refund whose end comes later, at a time of the virtual clock. */
export interface DueRefund {
  at: number;
  outcome: "succeeded" | "failed";
}

/** Lets a pending refund succeed. Throws RangeError when it does not wait. */
export function succeedRefund(ledger: Ledger, refund: Stripe.Refund): void {
  if (!isWaiting(refund)) throw new RangeError(`The refund is ${refund.status ?? ""}.`);
  refund.status = "succeeded";
  refund.balance_transaction ??= newId("txn");
  delete refund.pending_reason;
  ledger.state.dueRefunds.delete(refund.id);
  announceRefund(ledger, refund, ["refund.updated", "charge.refund.updated"], NO_REQUEST);
}

/**
 * Lets a refund fail, even one that succeeded: the money comes back to the seller and the charge
 * counts it as not refunded. Throws RangeError when it failed or was canceled before.
 */
export function failRefund(
  ledger: Ledger,
  refund: Stripe.Refund,
  reason = "expired_or_canceled_card",
): void {
  if (!isWaiting(refund) && refund.status !== "succeeded")
    throw new RangeError(`The refund is ${refund.status ?? ""}.`);
  undo(ledger, refund, "failed", reason);
  const types = ["refund.updated", "refund.failed", "charge.refund.updated"] as const;
  announceRefund(ledger, refund, types, NO_REQUEST);
}

/** Takes back a refund that waits for the buyer. Throws a 400 for any other. */
export function cancelRefund(ledger: Ledger, refund: Stripe.Refund, cause: Cause): Stripe.Refund {
  if (refund.status !== "requires_action")
    throw new ApiError(400, {
      type: "invalid_request_error",
      message: `Refund ${refund.id} has a status of ${refund.status ?? ""} and cannot be canceled: only a status of requires_action can.`,
    });
  undo(ledger, refund, "canceled", "merchant_request");
  announceRefund(ledger, refund, ["refund.updated", "charge.refund.updated"], cause);
  return refund;
}

/** Ends the refunds whose time has come. */
export function endDueRefunds(ledger: Ledger): void {
  const { dueRefunds, refunds } = ledger.state;
  for (const [id, { at, outcome }] of dueRefunds) {
    const refund = refunds.get(id);
    if (at > now(ledger) || !refund) continue;
    dueRefunds.delete(id);
    if (outcome === "failed") failRefund(ledger, refund);
    else succeedRefund(ledger, refund);
  }
}

function isWaiting({ status }: Stripe.Refund): boolean {
  return status === "pending" || status === "requires_action";
}

function undo(ledger: Ledger, refund: Stripe.Refund, status: string, reason: string): void {
  refund.status = status;
  refund.failure_reason = reason;
  if (refund.balance_transaction !== null) refund.failure_balance_transaction = newId("txn");
  delete refund.pending_reason;
  ledger.state.dueRefunds.delete(refund.id);
  const charge = ledger.state.charges.get(idOf(refund.charge));
  if (charge) countRefunded(charge, -refund.amount);
}

function announceRefund(
  ledger: Ledger,
  refund: Stripe.Refund,
  types: readonly Stripe.Event.Type[],
  cause: Cause,
): void {
  const livemode = ledger.state.charges.get(idOf(refund.charge))?.livemode ?? false;
  for (const type of types) recordEvent(ledger, type, refund, livemode, cause);
}
