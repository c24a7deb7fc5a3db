import { addCharge, beginAttempt, fail, newMeans, succeed } from "./attempts.ts";
import type { Buyer } from "./buyer.ts";
import { complete, settle } from "./completion.ts";
import { newId } from "./ids.ts";
import type { Checkout } from "./checkout-record.ts";
import { announce, findIntent, findLatestCharge, type Ledger } from "./ledger.ts";

/** Completes a session whose money comes later: `settleTransfer` says whether it does. */
export function payByTransfer(ledger: Ledger, checkout: Checkout, buyer: Buyer): void {
  const intent = beginAttempt(ledger, checkout);
  const none = { brand: "", last4: "", expMonth: 0, expYear: 0 };
  const pending = addCharge(ledger, intent, newMeans("bank_transfer", buyer, none));
  intent.status = "processing";
  announce(ledger, "charge.pending", pending);
  announce(ledger, "payment_intent.processing", intent);
  complete(ledger, checkout, buyer, "unpaid");
}

/** Lets the money of a completed, unpaid session arrive, or not. */
export function settleTransfer(ledger: Ledger, checkout: Checkout, arrived: boolean): void {
  const { session } = checkout;
  const intent = findIntent(ledger, session);
  const pending = findLatestCharge(ledger, intent);
  if (!intent || !pending || intent.status !== "processing")
    throw new RangeError("No money is on its way for this session.");
  if (arrived) {
    pending.paid = true;
    pending.status = "succeeded";
    pending.amount_captured = pending.amount;
    pending.balance_transaction = newId("txn");
    succeed(ledger, intent, pending);
    session.payment_status = "paid";
    settle(ledger, checkout);
  } else {
    fail(ledger, intent, pending, {
      code: "payment_intent_payment_attempt_failed",
      declineCode: "generic_decline",
      message: "The bank transfer did not arrive.",
    });
  }
  const type = arrived ? "async_payment_succeeded" : "async_payment_failed";
  announce(ledger, `checkout.session.${type}`, session);
}
