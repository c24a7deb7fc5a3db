import type Stripe from "stripe";
import { missingResource } from "./api-error.ts";
import { NO_REQUEST, type Ledger } from "./ledger.ts";
import { failRefund, succeedRefund } from "./refund-ends.ts";
import { createRefund, type RefundStart } from "./refunds.ts";

/** Refunds from Stripe's side: its Dashboard and the banks. */
export interface RefundControls {
  /** Pays back a charge or payment intent from Stripe's Dashboard, in full without an amount. */
  refund(id: string, amount?: number): Stripe.Refund;
  /** Begins a refund that waits for the bank, or for the buyer (`requires_action`). */
  pendingRefund(id: string, amount?: number, start?: RefundStart): Stripe.Refund;
  /** Lets a waiting refund succeed. */
  succeedRefund(refundId: string): void;
  /** Lets a refund fail, even one that succeeded. */
  failRefund(refundId: string, reason?: string): void;
}

export function createRefundControls(ledger: Ledger, changed: () => void): RefundControls {
  function make(id: string, amount: number | undefined, start?: RefundStart): Stripe.Refund {
    changed();
    const { paymentIntents, charges } = ledger.state;
    const what = id.startsWith("pi_") ? { payment_intent: id } : { charge: id };
    const livemode = (paymentIntents.get(id) ?? charges.get(id))?.livemode ?? false;
    const params = amount === undefined ? what : { ...what, amount };
    return createRefund(ledger, params, { livemode, cause: NO_REQUEST, ...(start && { start }) });
  }
  function find(id: string): Stripe.Refund {
    changed();
    const refund = ledger.state.refunds.get(id);
    if (!refund) throw missingResource("refund", id);
    return refund;
  }
  return {
    refund: (id, amount) => make(id, amount),
    pendingRefund: (id, amount, start = "pending") => make(id, amount, start),
    succeedRefund: (id) => succeedRefund(ledger, find(id)),
    failRefund: (id, reason) => failRefund(ledger, find(id), reason),
  };
}
