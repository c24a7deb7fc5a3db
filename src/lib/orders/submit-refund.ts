import type { Database } from "#lib/services/database.ts";
import { DependencyError } from "#lib/errors.ts";
import type { RefundRecord } from "./order.ts";
import { markRefundRefused, updateRefundAttempt } from "./refund-queries.ts";
import type { StripeCall } from "./retrieve-facts.ts";
import type { PaymentFacts } from "./stripe-facts.ts";

/**
 * Has Stripe carry out a refund that is written down. To be called with fresh facts that do not
 * show it (`site` is the shop's address): the same try is answered alike by Stripe for a day, and after that its `refund_id` shows
 * it. A refusal for good is noted; throws DependencyError when Stripe is silent.
 */
export async function submitRefund(
  database: Database,
  ask: StripeCall,
  {
    refund,
    orderId,
    payment,
    site,
    now,
  }: { refund: RefundRecord; orderId: string; payment: PaymentFacts; site: string; now: Date },
): Promise<void> {
  const { id, source, amount, attempt } = refund;
  try {
    await ask((stripe) =>
      stripe.refunds.create(
        {
          payment_intent: payment.intentId,
          amount,
          reason: source === "duplicate" ? "duplicate" : "requested_by_customer",
          metadata: { refund_id: id, order_id: orderId, site },
        },
        { idempotencyKey: `re:${id}:${attempt}` },
      ),
    );
  } catch (error) {
    const { statusCode = 0, code } = causeOf(error);
    // Stripe keeps a 500 under its key for a day; the next try looks first whether it was done.
    if (statusCode >= 500) await updateRefundAttempt(database, { id, attempt, now });
    if (error instanceof DependencyError || statusCode === 409) throw asSilence(error);
    if (statusCode < 400) throw error;
    await markRefundRefused(database, { id, failureReason: code ?? `http_${statusCode}`, now });
  }
}

function causeOf(error: unknown): { statusCode?: number; code?: string } {
  const cause = error instanceof DependencyError ? error.cause : error;
  return cause ?? {};
}

// The same try is under way elsewhere: as good as no answer yet.
function asSilence(error: unknown): DependencyError {
  return error instanceof DependencyError ? error : new DependencyError("stripe", error);
}
