import type { Environment } from "#lib/environment.ts";
import type { Services } from "#lib/services/index.ts";
import type { Stripe } from "#lib/services/stripe.ts";
import { updateOrderSession, upsertCustomer, type OpenOrder } from "./checkout-queries.ts";
import { isMissing } from "./retrieve-facts.ts";

type CheckoutServices = Pick<Services, "database" | "stripe" | "environment">;

/** Who pays, and as which customer of Stripe. */
export interface Buyer {
  userId: string;
  email: string;
  livemode: boolean;
  customerId: string | null;
}

/**
 * Has Stripe make the session of an order, or repeat the one it made before: the idempotency key is
 * the order's attempt. Null when the order has moved on meanwhile, so that only a session that we
 * know of is ever shown. Throws what Stripe throws.
 */
export async function createSession(
  services: CheckoutServices,
  buyer: Buyer,
  order: OpenOrder,
  now: Date,
): Promise<Stripe.Checkout.Session | null> {
  const customer = buyer.customerId ?? (await createCustomer(services, buyer, order));
  const params = sessionParams(services.environment, customer, order);
  const session = await services.stripe.run((stripe) =>
    stripe.checkout.sessions.create(params, { idempotencyKey: `co:${order.id}:${order.attempt}` }),
  );
  const isStored = await updateOrderSession(services.database, {
    orderId: order.id,
    attempt: order.attempt,
    id: session.id,
    url: session.url,
    now,
  });
  return isStored ? session : null;
}

/**
 * Ends a session, so that it can't be paid any more. One that has ended already, or that Stripe does
 * not know, stays as it is.
 */
export async function expireSession(
  { stripe }: Pick<Services, "stripe">,
  sessionId: string,
): Promise<void> {
  try {
    await stripe.run((api) => api.checkout.sessions.expire(sessionId));
  } catch (error) {
    // It was paid or ran out a moment ago, or is of another account; syncOrder finds out which.
    if ((error as { statusCode?: number }).statusCode !== 400 && !isMissing(error)) throw error;
  }
}

/** The session as it is, or null when Stripe does not know it. */
export async function findSession(
  { stripe }: Pick<Services, "stripe">,
  sessionId: string,
): Promise<Stripe.Checkout.Session | null> {
  try {
    return await stripe.run((api) => api.checkout.sessions.retrieve(sessionId));
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

// Keyed by the attempt, as the session is: a failure that Stripe keeps, or an address that has
// changed since, is left behind with it. Of the customers of two orders the first counts.
async function createCustomer(
  { database, stripe }: CheckoutServices,
  { userId, livemode, email }: Buyer,
  order: OpenOrder,
): Promise<string> {
  const customer = await stripe.run((api) =>
    api.customers.create(
      { email, metadata: { user_id: userId } },
      { idempotencyKey: `cu:${order.id}:${order.attempt}` },
    ),
  );
  return upsertCustomer(database, { userId, livemode, id: customer.id });
}

function sessionParams(
  { SITE_URL: site, STRIPE_AUTOMATIC_TAX: hasTax }: Environment,
  customer: string,
  order: OpenOrder,
): Stripe.Checkout.SessionCreateParams {
  const [only] = order.items;
  const cancelPath = only && order.items.length === 1 ? `/checkout/${only.slug}` : "/cart";
  // `site` tells our orders from those of another shop or environment on the same account.
  const metadata = { order_id: order.id, site };
  return {
    mode: "payment",
    customer,
    client_reference_id: order.id,
    metadata,
    payment_intent_data: {
      metadata,
      description: order.items
        .map(({ title }) => title)
        .join(", ")
        .slice(0, 500),
    },
    line_items: order.items.map(({ courseId, title, priceAmount }) => ({
      quantity: 1,
      price_data: {
        currency: order.currency,
        unit_amount: priceAmount,
        // Prices are shown with tax everywhere, as EU law asks of a shop for consumers.
        ...(hasTax && { tax_behavior: "inclusive" as const }),
        product_data: { name: title, metadata: { course_id: courseId } },
      },
    })),
    allow_promotion_codes: true,
    invoice_creation: { enabled: true, invoice_data: { metadata } },
    ...(hasTax && {
      automatic_tax: { enabled: true },
      tax_id_collection: { enabled: true },
      customer_update: { address: "auto" as const, name: "auto" as const },
    }),
    expires_at: Math.floor(order.expiresAt.getTime() / 1000),
    success_url: `${site}/checkout/return?session_id={CHECKOUT_SESSION_ID}`,
    cancel_url: `${site}${cancelPath}?cancelled=1`,
  };
}
