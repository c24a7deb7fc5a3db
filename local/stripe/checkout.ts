import type Stripe from "stripe";
import { invalidParameter, missingResource, ApiError } from "./api-error.ts";
import { newId } from "./ids.ts";
import type { Checkout } from "./checkout-record.ts";
import { findIntent, now, recordEvent, type Cause, type Ledger } from "./ledger.ts";
import { readDiscount } from "./discounts.ts";
import { readLineItems } from "./line-items.ts";
import { buildCustomerDetails } from "./objects/customer-details.ts";
import { buildSession } from "./objects/session.ts";
import { priceCheckout } from "./pricing.ts";

type Params = Stripe.Checkout.SessionCreateParams;

const SHORTEST_LIFE_SECONDS = 30 * 60;
const LONGEST_LIFE_SECONDS = 24 * 3600;
// The caller's clock may be a little behind or ahead.
const LEEWAY_SECONDS = 60;

/** Opens a session. Throws a 400 when parameters contradict each other or the state. */
export function createSession(
  ledger: Ledger,
  params: Params,
  setting: { baseUrl: string; livemode: boolean },
): Stripe.Checkout.Session {
  const created = now(ledger);
  const email = checkCustomer(ledger, params, setting.livemode);
  checkTax(ledger, params);
  checkExpiry(params.expires_at, created);
  const lineItems = readLineItems(ledger, params, { livemode: setting.livemode, created });
  const id = newId(setting.livemode ? "cs_live" : "cs_test", 58);
  const session = buildSession(params, { ...setting, id, created, lineItems });
  if (email !== null) session.customer_details ??= buildCustomerDetails({ email });
  const discount = readDiscount(ledger, params, setting.livemode);
  const address = findAddress(ledger, params);
  const checkout: Checkout = {
    session,
    lineItems,
    paymentIntentData: params.payment_intent_data ?? {},
    customerUpdate: params.customer_update ?? {},
    ...(discount && { discount }),
    ...(address && { address }),
  };
  priceCheckout(ledger, checkout);
  ledger.state.checkouts.set(id, checkout);
  return session;
}

/** Ends an open session. Throws a 400 when it is not open. */
export function expireSession(ledger: Ledger, checkout: Checkout, cause: Cause): void {
  const { session } = checkout;
  if (session.status !== "open")
    throw new ApiError(400, {
      type: "invalid_request_error",
      message: `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of ${session.status ?? ""}.`,
    });
  session.status = "expired";
  session.url = null;
  cancelIntent(ledger, session, cause);
  recordEvent(ledger, "checkout.session.expired", session, session.livemode, cause);
}

/** Expires every open session whose time is over. */
export function expireDueSessions(ledger: Ledger, cause: Cause): void {
  for (const checkout of ledger.state.checkouts.values()) {
    const { status, expires_at: end } = checkout.session;
    if (status === "open" && end <= now(ledger)) expireSession(ledger, checkout, cause);
  }
}

/** Cancels the session's payment intent, when it has one. */
export function cancelIntent(ledger: Ledger, session: Stripe.Checkout.Session, cause: Cause): void {
  const intent = findIntent(ledger, session);
  if (!intent) return;
  intent.status = "canceled";
  intent.next_action = null;
  intent.canceled_at = now(ledger);
  intent.cancellation_reason = "automatic";
  recordEvent(ledger, "payment_intent.canceled", intent, intent.livemode, cause);
}

/** Gives the e-mail address the customer has. */
function checkCustomer(ledger: Ledger, params: Params, livemode: boolean): string | null {
  if (params.customer === undefined) {
    if (params.customer_update)
      throw invalidParameter("customer_update", "`customer_update` needs a `customer`.");
    return null;
  }
  if (params.customer_email !== undefined)
    throw invalidParameter(
      "customer_email",
      "You may only specify one of these parameters: customer, customer_email.",
    );
  if (params.customer_creation !== undefined)
    throw invalidParameter(
      "customer_creation",
      "You may only specify one of these parameters: customer, customer_creation.",
    );
  const customer = ledger.state.customers.get(params.customer);
  if (!customer || customer.deleted || customer.livemode !== livemode)
    throw missingResource("customer", params.customer, "customer");
  return customer.email;
}

function findAddress(ledger: Ledger, { customer: id }: Params): Stripe.Address | null {
  const customer = ledger.state.customers.get(id ?? "");
  return customer && !customer.deleted ? (customer.address ?? null) : null;
}

// Stripe wants to know that it may write the address and the business down.
function checkTax(ledger: Ledger, params: Params): void {
  if (params.customer === undefined) return;
  const { customer_update: update = {} } = params;
  const hasCountry = Boolean(findAddress(ledger, params)?.country);
  if (params.automatic_tax?.enabled && !hasCountry && update.address !== "auto")
    throw invalidParameter(
      "customer",
      "Automatic tax calculation in Checkout requires a valid address on the Customer. Add a valid address to the Customer or set either `customer_update[address]` to 'auto' or `customer_update[shipping]` to 'auto' to save the address entered in Checkout to the Customer.",
      "customer_tax_location_invalid",
    );
  if (params.tax_id_collection?.enabled && update.name !== "auto")
    throw invalidParameter(
      "customer_update[name]",
      "Tax ID collection requires updating business name on the customer. To enable tax ID collection for an existing customer, please set `customer_update[name]` to `auto`.",
    );
}

function checkExpiry(expiresAt: number | undefined, created: number): void {
  if (expiresAt === undefined) return;
  const life = expiresAt - created;
  if (life < SHORTEST_LIFE_SECONDS - LEEWAY_SECONDS || life > LONGEST_LIFE_SECONDS + LEEWAY_SECONDS)
    throw invalidParameter(
      "expires_at",
      "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.",
    );
}
