import type Stripe from "stripe";
import { ApiError, invalidParameter, missingResource } from "./api-error.ts";
import { findLatestCharge, now, recordEvent, type Cause, type Ledger } from "./ledger.ts";
import { buildRefund } from "./objects/payment.ts";

/**
 * Pays a charge back, in full when no amount is given. Throws a 400 when the charge is missing,
 * unpaid, already refunded, or smaller than what is asked.
 */
export function createRefund(
  ledger: Ledger,
  params: Stripe.RefundCreateParams,
  livemode: boolean,
  cause: Cause,
): Stripe.Refund {
  const charge = findCharge(ledger, params, livemode);
  const left = charge.amount_captured - charge.amount_refunded;
  if (!charge.paid)
    throw invalidParameter(
      "charge",
      `Charge ${charge.id} has not been paid.`,
      "charge_not_refundable",
    );
  if (left === 0)
    throw new ApiError(400, {
      type: "invalid_request_error",
      code: "charge_already_refunded",
      message: `Charge ${charge.id} has already been refunded.`,
    });
  const amount = params.amount ?? left;
  if (amount > left)
    throw invalidParameter(
      "amount",
      `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`,
    );
  const refund = buildRefund(charge, amount, params, now(ledger));
  ledger.state.refunds.set(refund.id, refund);
  charge.amount_refunded += amount;
  charge.refunded = charge.amount_refunded === charge.amount_captured;
  recordEvent(ledger, "refund.created", refund, livemode, cause);
  recordEvent(ledger, "charge.refunded", charge, livemode, cause);
  return refund;
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
