import type Stripe from "stripe";
import { missingResource } from "./api-error.ts";
import { closeDispute, escalateInquiry, loseDispute, openDispute, winDispute } from "./disputes.ts";
import { findLatestCharge, NO_REQUEST, type Ledger } from "./ledger.ts";
import type { DisputeTerms } from "./objects/dispute.ts";

/** What the buyer's bank does about a payment. */
export interface DisputeControls {
  /** Disputes a paid charge or payment intent, in full and as fraudulent unless told otherwise. */
  dispute(id: string, terms?: Partial<DisputeTerms>): Stripe.Dispute;
  /** Decides a dispute for the seller. */
  winDispute(disputeId: string): void;
  /** Decides a dispute for the buyer. */
  loseDispute(disputeId: string): void;
  /** Turns an inquiry into a dispute. */
  escalateDispute(disputeId: string): void;
  /** The seller accepts a dispute. */
  closeDispute(disputeId: string): void;
}

export function createDisputeControls(ledger: Ledger, changed: () => void): DisputeControls {
  const { state } = ledger;
  function find(id: string): Stripe.Dispute {
    changed();
    const dispute = state.disputes.get(id);
    if (!dispute) throw missingResource("dispute", id);
    return dispute;
  }
  return {
    dispute(id, terms) {
      changed();
      const intent = state.paymentIntents.get(id) ?? null;
      const charge = state.charges.get(id) ?? findLatestCharge(ledger, intent);
      if (!charge) throw missingResource("charge", id);
      return openDispute(ledger, charge, terms);
    },
    winDispute: (id) => winDispute(ledger, find(id)),
    loseDispute: (id) => loseDispute(ledger, find(id)),
    escalateDispute: (id) => escalateInquiry(ledger, find(id)),
    closeDispute: (id) => void closeDispute(ledger, find(id), NO_REQUEST),
  };
}
