import type Stripe from "stripe";
import { ApiError, invalidParameter, missingResource } from "./api-error.ts";
import { findLatestCharge, now, recordEvent, type Cause, type Ledger } from "./ledger.ts";
import { formatAmount } from "./money.ts";
import { buildRefund } from "./objects/refund.ts";

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

/** Counts an amount as refunded, or a negative one as not. */
export function countRefunded(charge: Stripe.Charge, amount: number): void {
  charge.amount_refunded += amount;
  charge.refunded = charge.amount_refunded === charge.amount_captured;
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
