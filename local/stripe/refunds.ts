import type Stripe from "stripe";
import { ApiError, invalidParameter, missingResource } from "./api-error.ts";
import { newId } from "./ids.ts";
import {
  findLatestCharge,
  NO_REQUEST,
  now,
  recordEvent,
  type Cause,
  type Ledger,
} from "./ledger.ts";
import { formatAmount } from "./money.ts";
import { buildRefund } from "./objects/refund.ts";
import { idOf } from "./references.ts";

/** How a refund begins. Only one that waits for the buyer (`requires_action`) can be canceled. */
export type RefundStart = "succeeded" | "pending" | "requires_action";

// How long the slow test cards take, on the virtual clock.
const LATER_SECONDS = 10;

/**
 * Pays a charge back, in full when no amount is given. Throws a 400 when the charge is missing,
 * unpaid, disputed, already refunded, or smaller than what is asked.
 */
export function createRefund(
  ledger: Ledger,
  params: Stripe.RefundCreateParams,
  { livemode, cause, start }: { livemode: boolean; cause: Cause; start?: RefundStart },
): Stripe.Refund {
  const charge = findCharge(ledger, params, livemode);
  const amount = checkAmount(ledger, charge, params.amount);
  const sequel = ledger.state.sequels.get(charge.id);
  const status = start ?? (sequel === "refund-pending" ? "pending" : "succeeded");
  const refund = buildRefund(charge, amount, params, { created: now(ledger), status });
  if (status === "pending") refund.pending_reason = "processing";
  ledger.state.refunds.set(refund.id, refund);
  if (start === undefined && (sequel === "refund-pending" || sequel === "refund-fails"))
    ledger.state.dueRefunds.set(refund.id, {
      at: now(ledger) + LATER_SECONDS,
      outcome: sequel === "refund-fails" ? "failed" : "succeeded",
    });
  countRefunded(charge, amount);
  recordEvent(ledger, "refund.created", refund, livemode, cause);
  recordEvent(ledger, "charge.refunded", charge, livemode, cause);
  return refund;
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

function countRefunded(charge: Stripe.Charge, amount: number): void {
  charge.amount_refunded += amount;
  charge.refunded = charge.amount_refunded === charge.amount_captured;
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

function checkAmount(ledger: Ledger, charge: Stripe.Charge, asked: number | undefined): number {
  const left = charge.amount_captured - charge.amount_refunded;
  if (!charge.paid)
    throw invalidParameter(
      "charge",
      `Charge ${charge.id} has not been paid.`,
      "charge_not_refundable",
    );
  if (isLocked(ledger, charge))
    throw new ApiError(400, {
      type: "invalid_request_error",
      code: "charge_disputed",
      message: `Charge ${charge.id} has been charged back; cannot issue a refund.`,
    });
  if (left === 0)
    throw new ApiError(400, {
      type: "invalid_request_error",
      code: "charge_already_refunded",
      message: `Charge ${charge.id} has already been refunded.`,
    });
  const amount = asked ?? left;
  if (amount <= left) return amount;
  const rest = left === charge.amount ? "charge amount" : "unrefunded amount on charge";
  const [more, most] = [amount, left].map((each) => formatAmount(each, charge.currency));
  throw invalidParameter(
    "amount",
    `Refund amount (${more ?? ""}) is greater than ${rest} (${most ?? ""})`,
  );
}

// While a dispute holds the money, or has lost it, there is nothing to pay back.
function isLocked(ledger: Ledger, charge: Stripe.Charge): boolean {
  return [...ledger.state.disputes.values()].some(
    (dispute) => dispute.charge === charge.id && !dispute.is_charge_refundable,
  );
}

function findCharge(
  ledger: Ledger,
  params: Stripe.RefundCreateParams,
  livemode: boolean,
): Stripe.Charge {
  const { charge: chargeId, payment_intent: intentId } = params;
  if ((chargeId === undefined) === (intentId === undefined))
    throw invalidParameter(
      "payment_intent",
      "One of the following params should be provided for this request: payment_intent or charge.",
    );
  if (chargeId !== undefined) {
    const charge = ledger.state.charges.get(chargeId);
    if (charge?.livemode === livemode) return charge;
    throw missingResource("charge", chargeId, "charge");
  }
  const intent = ledger.state.paymentIntents.get(intentId ?? "");
  if (intent?.livemode !== livemode)
    throw missingResource("payment_intent", intentId ?? "", "payment_intent");
  const charge = findLatestCharge(ledger, intent);
  if (charge) return charge;
  throw invalidParameter("payment_intent", `This PaymentIntent (${intent.id}) has no charge.`);
}
