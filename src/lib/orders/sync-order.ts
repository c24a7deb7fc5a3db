import { DependencyError } from "#lib/errors.ts";
import { violates } from "#lib/services/database.ts";
import type { Services } from "#lib/services/index.ts";
import { decideOrder } from "./decide-order.ts";
import { isLivemode } from "./livemode.ts";
import type { OrderRecord, OrderStatus, RefundRecord } from "./order.ts";
import { insertRefund } from "./refund-queries.ts";
import { findFacts, retrieveFacts, type StripeCall } from "./retrieve-facts.ts";
import type { PaymentFacts, StripeFacts } from "./stripe-facts.ts";
import { submitRefund } from "./submit-refund.ts";
import { applyDecision, findOrderRecord, type EventRecord } from "./sync-queries.ts";

export interface SyncOptions {
  now: Date;
  /** One short try per call to Stripe: the caller is called again anyway. */
  hasty?: boolean;
  /** A session that may be the order's: used when the order does not know its own yet. */
  sessionId?: string | undefined;
  /** The event that led here; it is noted as done together with the order. */
  event?: EventRecord;
  /** The order, when it has just been read; it is read anew when somebody else was faster. */
  order?: OrderRecord | null;
}

const MAX_TRIES = 6;
const ONE_OWNER_KEYS = ["order_items_one_owned_key", "entitlements_pkey"];

/**
 * Asks Stripe what became of an order and writes it down, with access and mail, in one transaction.
 * Nothing else grants or revokes access. May run at any time, twice, and at once with itself. Gives
 * the order's state, or null when there is no such order; throws DependencyError when Stripe or the
 * database is silent.
 */
export async function syncOrder(
  services: Pick<Services, "database" | "stripe" | "environment">,
  orderId: string,
  options: SyncOptions,
): Promise<OrderStatus | null> {
  const { database, environment } = services;
  const ask: StripeCall = (call) =>
    options.hasty ? services.stripe.runOnce(call) : services.stripe.run(call);
  let read = options.order;
  for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
    const order = read ?? (await findOrderRecord(database, orderId));
    read = null;
    if (!order) return null;
    // Our key can't ask about an order of the other mode.
    if (order.livemode !== isLivemode(environment)) return order.status;
    const facts = await askStripe(ask, order, options.sessionId);
    const { now, event = null } = options;
    const decision = decideOrder(order, facts, now);
    if (decision.duplicates.length > 0 && facts?.payment) {
      await refundDuplicates(services, ask, order, facts.payment, decision.duplicates, now);
      continue;
    }
    const change = { order, facts, decision, event, now };
    if (await isWritten(() => applyDecision(database, change))) return decision.status;
  }
  throw new DependencyError("database", new Error(`Order ${orderId} changed at every try`));
}

// Both outcomes mean that somebody else was faster, so that what was read is no longer true.
async function isWritten(write: () => Promise<boolean>): Promise<boolean> {
  try {
    return await write();
  } catch (error) {
    if (ONE_OWNER_KEYS.some((key) => violates(error, key))) return false;
    throw error;
  }
}

async function askStripe(
  ask: StripeCall,
  order: OrderRecord,
  hint: string | undefined,
): Promise<StripeFacts | null> {
  if (order.source === "manual") return null;
  if (order.stripeSessionId) return retrieveFacts(ask, order.stripeSessionId);
  const hinted = hint ? await retrieveFacts(ask, hint) : null;
  return hinted?.clientReferenceId === order.id ? hinted : findFacts(ask, order);
}

// Written down first: a refund whose answer is lost is then found again by its id, not made twice.
async function refundDuplicates(
  { database, environment }: Pick<Services, "database" | "environment">,
  ask: StripeCall,
  order: OrderRecord,
  payment: PaymentFacts,
  items: RefundRecord["items"],
  now: Date,
): Promise<void> {
  const refund = order.refunds.find(({ source }) => source === "duplicate");
  const site = environment.SITE_URL;
  if (refund) await submitRefund(database, ask, { refund, orderId: order.id, payment, site, now });
  else
    await insertRefund(database, {
      order,
      source: "duplicate",
      items,
      reason: "The course was owned already.",
      actorId: null,
      now,
    });
}
