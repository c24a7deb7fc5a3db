import { AppError, DependencyError } from "#lib/errors.ts";
import { violates } from "#lib/services/database.ts";
import type { Services } from "#lib/services/index.ts";
import {
  deleteCustomer,
  findCheckoutState,
  insertOrder,
  updateOrderAttempt,
  updateOrderExpiry,
  type OpenOrder,
  type SoldCourse,
} from "./checkout-queries.ts";
import { createSession, expireSession, findSession, type Buyer } from "./checkout-session.ts";
import { isLivemode } from "./livemode.ts";
import { isMissing } from "./retrieve-facts.ts";
import { syncOrder } from "./sync-order.ts";

type CheckoutServices = Pick<Services, "database" | "stripe" | "environment">;

/** What a person asks to buy, and what they agreed to. */
export interface Purchase {
  userId: string;
  email: string;
  /** One to ten courses, in one currency. */
  courseIds: string[];
  termsAccepted: boolean;
  /** The buyer wants the courses at once and gives up the right to withdraw that ends with it. */
  waiverAccepted: boolean;
  now: Date;
}

/** Stripe's page to go to, or the courses that the person has already. */
export type CheckoutResult =
  { kind: "redirect"; url: string } | { kind: "already-owned"; courseSlugs: string[] };

/** The most courses in one order: Stripe shows ten lines of a session without asking for more. */
export const MAX_COURSES = 10;

// Stripe takes no session that ends in less than 30 minutes.
const SESSION_TTL_MS = 31 * 60_000;
const SHORTEST_SESSION_MS = 30 * 60_000 + 5_000;
const MAX_ROUNDS = 8;
const IN_FLIGHT_WAIT_MS = 400;

/**
 * Begins to buy courses: gives the address of Stripe's page, the same one for every tab and click.
 * The order is written before Stripe is asked, so that no payment is without one. Throws AppError
 * when a course is not for sale, or a payment for it is under way, or Stripe is silent.
 */
export async function startCheckout(
  services: CheckoutServices,
  purchase: Purchase,
): Promise<CheckoutResult> {
  const { courseIds, termsAccepted, waiverAccepted } = purchase;
  if (!termsAccepted || !waiverAccepted)
    throw new AppError("invalid", "Please agree to the terms before you pay.");
  if (courseIds.length < 1 || courseIds.length > MAX_COURSES)
    throw new AppError("invalid", `An order has one to ${MAX_COURSES} courses.`);
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
  const { userId, courseIds, now } = purchase;
  const state = await findCheckoutState(services.database, { userId, courseIds, livemode });
  const owned = state.courses.filter(({ isOwned }) => isOwned);
  if (owned.length > 0)
    return { kind: "already-owned", courseSlugs: owned.map(({ slug }) => slug) };
  if (state.courses.length < courseIds.length)
    throw new AppError("not-found", "This course is not for sale.");
  if (new Set(state.courses.map(({ currency }) => currency)).size > 1)
    throw new AppError(
      "conflict",
      "These courses have prices in different currencies. Buy them in separate orders.",
    );
  if (state.orders.some(({ status }) => !["creating", "pending"].includes(status)))
    throw new AppError(
      "conflict",
      "A payment for this course is still being processed. You need not pay again.",
    );
  const other = state.orders.find((order) => !isFor(order, state.courses));
  if (other) return closeOrder(services, other, now);
  const order = state.orders[0] ?? (await writeOrder(services, purchase, livemode));
  if (!order) return null;
  return order.stripeSessionId
    ? reuseSession(services, order, order.stripeSessionId, now)
    : openSession(services, purchase, order, state.customerId);
}

// The same courses at the prices of now.
function isFor({ items, currency }: OpenOrder, courses: SoldCourse[]): boolean {
  return (
    items.length === courses.length &&
    courses.every(
      (course) =>
        course.currency === currency &&
        items.some(
          (item) => item.courseId === course.id && item.priceAmount === course.priceAmount,
        ),
    )
  );
}

// Null when another tab was faster, or a course is no longer for sale or has just been paid for.
async function writeOrder(
  { database }: CheckoutServices,
  { userId, courseIds, now }: Purchase,
  livemode: boolean,
): Promise<OpenOrder | null> {
  const expiresAt = new Date(now.getTime() + SESSION_TTL_MS);
  try {
    return await insertOrder(database, { userId, courseIds, livemode, now, expiresAt });
  } catch (error) {
    if (!violates(error, "order_items_one_open_key")) throw error;
    return null;
  }
}

// An open order at a price that is no more, or with other courses: it can't be paid any more after
// this, and if it just was, what it became decides how to go on.
async function closeOrder(services: CheckoutServices, order: OpenOrder, now: Date): Promise<null> {
  if (order.stripeSessionId) await expireSession(services, order.stripeSessionId);
  else await updateOrderExpiry(services.database, { id: order.id, attempt: order.attempt, now });
  await syncOrder(services, order.id, { now });
  return null;
}

async function reuseSession(
  services: CheckoutServices,
  order: OpenOrder,
  sessionId: string,
  now: Date,
): Promise<CheckoutResult | null> {
  const session = await findSession(services, sessionId);
  if (session?.status === "open" && session.url) return { kind: "redirect", url: session.url };
  await syncOrder(services, order.id, { now });
  return null;
}

async function openSession(
  services: CheckoutServices,
  purchase: Purchase,
  order: OpenOrder,
  customerId: string | null,
): Promise<CheckoutResult | null> {
  const { database } = services;
  const { now, userId, email } = purchase;
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
  const livemode = isLivemode(services.environment);
  const buyer: Buyer = { userId, email, livemode, customerId };
  try {
    const session = await createSession(services, buyer, order, now);
    return session?.url ? { kind: "redirect", url: session.url } : null;
  } catch (error) {
    if (statusOf(error) === 409) return waitForOtherTab();
    const isCustomerGone = isMissing(error, "customer");
    // Stripe keeps a failure under its key, and the parameters too, which a deployment may change:
    // the next attempt needs another.
    if (!isCustomerGone && (statusOf(error) ?? 0) < 500 && !isOfOtherParameters(error)) throw error;
    await nextAttempt();
    if (isCustomerGone && customerId)
      await deleteCustomer(database, { userId, livemode, id: customerId });
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

function isOfOtherParameters(error: unknown): boolean {
  return (error as { rawType?: string }).rawType === "idempotency_error";
}

function notCharged(cause: unknown): AppError {
  return new AppError(
    "unavailable",
    "Our payment partner is not answering. You were not charged. Please try again in a moment.",
    { cause, retryAfterSeconds: 10 },
  );
}
