import { AppError, DependencyError } from "#lib/errors.ts";
import { violates } from "#lib/services/database.ts";
import type { Services } from "#lib/services/index.ts";
import {
  findCheckoutState,
  insertOrder,
  updateOrderAttempt,
  type CheckoutState,
  type OpenOrder,
} from "./checkout-queries.ts";
import { createCustomer, createSession, expireSession, findSession } from "./checkout-session.ts";
import { isLivemode } from "./livemode.ts";
import { isMissing } from "./stripe-facts.ts";
import { syncOrder } from "./sync-order.ts";

type CheckoutServices = Pick<Services, "database" | "stripe" | "environment">;

export interface Purchase {
  userId: string;
  email: string;
  courseId: string;
  termsAccepted: boolean;
  now: Date;
}

export type CheckoutResult =
  { kind: "redirect"; url: string } | { kind: "already-owned"; courseSlug: string };

// Stripe takes no session that ends in less than 30 minutes.
const SESSION_TTL_MS = 31 * 60_000;
const SHORTEST_SESSION_MS = 30 * 60_000 + 5_000;
const MAX_ROUNDS = 8;
const IN_FLIGHT_WAIT_MS = 400;

/**
 * Begins to buy a course: gives the address of Stripe's page, the same one for every tab and click.
 * The order is written before Stripe is asked, so that no payment is without one. Throws AppError
 * when the course is not for sale, or a payment for it is under way, or Stripe is silent.
 */
export async function startCheckout(
  services: CheckoutServices,
  purchase: Purchase,
): Promise<CheckoutResult> {
  if (!purchase.termsAccepted)
    throw new AppError("invalid", "Please agree to the terms before you pay.");
  try {
    for (let round = 1; round <= MAX_ROUNDS; round++) {
      const result = await takeStep(services, purchase);
      if (result) return result;
    }
  } catch (error) {
    if (error instanceof DependencyError && error.dependency === "stripe") throw notCharged(error);
    throw error;
  }
  throw notCharged(new Error(`No session after ${MAX_ROUNDS} rounds`));
}

// Brings the purchase one step on; null means: look again at where it stands.
async function takeStep(
  services: CheckoutServices,
  purchase: Purchase,
): Promise<CheckoutResult | null> {
  const livemode = isLivemode(services.environment);
  const { userId, courseId, now } = purchase;
  const state = await findCheckoutState(services.database, { userId, courseId, livemode });
  if (!state) throw new AppError("not-found", "This course is not for sale.");
  if (state.isOwned) return { kind: "already-owned", courseSlug: state.course.slug };
  if (!state.order) return writeOrder(services, purchase, livemode);
  if (!["creating", "pending"].includes(state.order.status))
    throw new AppError(
      "conflict",
      "A payment for this course is still being processed. You need not pay again.",
    );
  const { order } = state;
  if (order.stripeSessionId)
    return reuseSession(services, order, order.stripeSessionId, state.course, now);
  return openSession(services, purchase, state, order);
}

async function writeOrder(
  { database }: CheckoutServices,
  { userId, courseId, now }: Purchase,
  livemode: boolean,
): Promise<null> {
  const expiresAt = new Date(now.getTime() + SESSION_TTL_MS);
  try {
    await insertOrder(database, { userId, courseId, livemode, now, expiresAt });
  } catch (error) {
    if (!violates(error, "order_items_one_open_key")) throw error;
  }
  return null;
}

async function reuseSession(
  services: CheckoutServices,
  order: OpenOrder,
  sessionId: string,
  course: CheckoutState["course"],
  now: Date,
): Promise<CheckoutResult | null> {
  const session = await findSession(services, sessionId);
  const isSamePrice =
    order.priceAmount === course.priceAmount && order.currency === course.currency;
  if (session?.status === "open" && session.url && isSamePrice)
    return { kind: "redirect", url: session.url };
  // Paid, run out, or at a price that is no more: what it became decides how to go on.
  if (session?.status === "open") await expireSession(services, sessionId);
  await syncOrder(services, order.id, { now });
  return null;
}

async function openSession(
  services: CheckoutServices,
  purchase: Purchase,
  state: CheckoutState,
  order: OpenOrder,
): Promise<CheckoutResult | null> {
  const { database } = services;
  const { now } = purchase;
  const isTooShort = order.expiresAt.getTime() - now.getTime() < SHORTEST_SESSION_MS;
  const nextAttempt = () =>
    updateOrderAttempt(database, {
      id: order.id,
      attempt: order.attempt,
      now,
      expiresAt: new Date(now.getTime() + SESSION_TTL_MS),
    });
  if (isTooShort || order.attempt > 1) {
    // An earlier attempt may have made a session whose answer was lost: that one goes on.
    const status = await syncOrder(services, order.id, { now });
    if (status !== "creating") return null;
    if (isTooShort) return nextAttempt().then(() => null);
  }
  const { userId, email } = purchase;
  const buyer = {
    userId,
    email,
    livemode: isLivemode(services.environment),
    customerId: state.customerId,
  };
  try {
    const session = await createSession(services, buyer, order, state.course, now);
    // A price that changed meanwhile is found on the next look.
    return session?.url && order.priceAmount === state.course.priceAmount
      ? { kind: "redirect", url: session.url }
      : null;
  } catch (error) {
    if (statusOf(error) === 409) return waitForOtherTab();
    if (isMissing(error, "customer")) await createCustomer(services, buyer, buyer.customerId);
    // Stripe keeps a failure under its key: the next attempt needs another.
    else if ((statusOf(error) ?? 0) < 500) throw error;
    await nextAttempt();
    if (error instanceof DependencyError) throw error;
    return null;
  }
}

// The same key is being answered for another click of the same person.
async function waitForOtherTab(): Promise<null> {
  await new Promise((resolve) => setTimeout(resolve, IN_FLIGHT_WAIT_MS));
  return null;
}

function statusOf(error: unknown): number | undefined {
  const cause = error instanceof DependencyError ? error.cause : error;
  return (cause as { statusCode?: number } | undefined)?.statusCode;
}

function notCharged(cause: unknown): AppError {
  return new AppError(
    "unavailable",
    "Our payment partner is not answering. You were not charged. Please try again in a moment.",
    { cause, retryAfterSeconds: 10 },
  );
}
