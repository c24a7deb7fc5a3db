import type Stripe from "stripe";
import { ApiError } from "./api-error.ts";
import { NO_REQUEST, now, recordEvent, type Cause, type Ledger } from "./ledger.ts";
import { buildDispute, buildDisputeTransaction, type DisputeTerms } from "./objects/dispute.ts";

type DisputeEvent = Extract<Stripe.Event.Type, `charge.dispute.${string}`>;

/** Lets the buyer's bank dispute a paid charge. Throws RangeError when it is not paid. */
export function openDispute(
  ledger: Ledger,
  charge: Stripe.Charge,
  terms: Partial<DisputeTerms> = {},
): Stripe.Dispute {
  if (!charge.paid) throw new RangeError(`Charge ${charge.id} has not been paid.`);
  const { reason = "fraudulent", inquiry = false, amount = charge.amount } = terms;
  const dispute = buildDispute(charge, { reason, inquiry, amount }, now(ledger));
  ledger.state.disputes.set(dispute.id, dispute);
  charge.disputed = true;
  if (!inquiry) moveMoney(ledger, dispute, -amount);
  announceDispute(ledger, dispute, "charge.dispute.created");
  if (!inquiry) announceDispute(ledger, dispute, "charge.dispute.funds_withdrawn");
  return dispute;
}

/** Disputes a charge at once when its test card does so. */
export function playSequel(ledger: Ledger, charge: Stripe.Charge): void {
  const sequel = ledger.state.sequels.get(charge.id);
  if (sequel === "dispute") openDispute(ledger, charge);
  if (sequel === "inquiry") openDispute(ledger, charge, { inquiry: true });
}

/** Decides an open dispute for the seller, who gets the money back; an inquiry just ends. */
export function winDispute(ledger: Ledger, dispute: Stripe.Dispute, cause = NO_REQUEST): void {
  checkOpen(dispute);
  const wasInquiry = isInquiry(dispute);
  dispute.status = wasInquiry ? "warning_closed" : "won";
  dispute.is_charge_refundable = true;
  if (!wasInquiry) moveMoney(ledger, dispute, dispute.amount);
  announceDispute(ledger, dispute, "charge.dispute.updated", cause);
  announceDispute(ledger, dispute, "charge.dispute.closed", cause);
  if (!wasInquiry) announceDispute(ledger, dispute, "charge.dispute.funds_reinstated", cause);
}

/** Decides an open dispute for the buyer; an inquiry becomes a dispute first. */
export function loseDispute(ledger: Ledger, dispute: Stripe.Dispute, cause = NO_REQUEST): void {
  checkOpen(dispute);
  if (isInquiry(dispute)) escalateInquiry(ledger, dispute, cause);
  dispute.status = "lost";
  announceDispute(ledger, dispute, "charge.dispute.updated", cause);
  announceDispute(ledger, dispute, "charge.dispute.closed", cause);
}

/** Turns an open inquiry into a dispute that takes the money. Throws RangeError for another. */
export function escalateInquiry(ledger: Ledger, dispute: Stripe.Dispute, cause = NO_REQUEST): void {
  if (!isInquiry(dispute) || !isOpen(dispute))
    throw new RangeError(`The dispute is ${dispute.status}, not an open inquiry.`);
  dispute.status = "needs_response";
  dispute.is_charge_refundable = false;
  if (dispute.payment_method_details?.card)
    dispute.payment_method_details.card.case_type = "chargeback";
  moveMoney(ledger, dispute, -dispute.amount);
  announceDispute(ledger, dispute, "charge.dispute.updated", cause);
  announceDispute(ledger, dispute, "charge.dispute.funds_withdrawn", cause);
}

/**
 * Takes evidence in, and sends it when `submit` is not false. The texts that Stripe's test mode
 * knows decide at once. Throws a 400 when the dispute is decided.
 */
export function updateDispute(
  ledger: Ledger,
  dispute: Stripe.Dispute,
  params: Stripe.DisputeUpdateParams,
  cause: Cause,
): Stripe.Dispute {
  const { evidence, submit = true } = params;
  if (evidence) {
    refuseDecided(dispute);
    Object.assign(dispute.evidence, evidence);
    dispute.evidence_details.has_evidence = true;
    if (submit) send(dispute);
  }
  announceDispute(ledger, dispute, "charge.dispute.updated", cause);
  if (!evidence || !submit) return dispute;
  if (evidence.uncategorized_text === "winning_evidence") winDispute(ledger, dispute, cause);
  if (evidence.uncategorized_text === "losing_evidence") loseDispute(ledger, dispute, cause);
  return dispute;
}

/** Accepts a dispute as lost. Throws a 400 when it is decided. */
export function closeDispute(
  ledger: Ledger,
  dispute: Stripe.Dispute,
  cause: Cause,
): Stripe.Dispute {
  refuseDecided(dispute);
  dispute.status = "lost";
  announceDispute(ledger, dispute, "charge.dispute.updated", cause);
  announceDispute(ledger, dispute, "charge.dispute.closed", cause);
  return dispute;
}

function send(dispute: Stripe.Dispute): void {
  dispute.evidence_details.submission_count += 1;
  dispute.status = isInquiry(dispute) ? "warning_under_review" : "under_review";
}

function isInquiry({ status }: Stripe.Dispute): boolean {
  return status.startsWith("warning_");
}

function isOpen({ status }: Stripe.Dispute): boolean {
  return status.endsWith("needs_response") || status.endsWith("under_review");
}

function checkOpen(dispute: Stripe.Dispute): void {
  if (!isOpen(dispute)) throw new RangeError(`The dispute is ${dispute.status}.`);
}

function refuseDecided(dispute: Stripe.Dispute): void {
  if (isOpen(dispute)) return;
  throw new ApiError(400, {
    type: "invalid_request_error",
    message: `Dispute ${dispute.id} has a status of ${dispute.status} and cannot be changed.`,
  });
}

function moveMoney(ledger: Ledger, dispute: Stripe.Dispute, amount: number): void {
  dispute.balance_transactions.push(buildDisputeTransaction(dispute, amount, now(ledger)));
}

function announceDispute(
  ledger: Ledger,
  dispute: Stripe.Dispute,
  type: DisputeEvent,
  cause = NO_REQUEST,
): void {
  recordEvent(ledger, type, dispute, dispute.livemode, cause);
}
