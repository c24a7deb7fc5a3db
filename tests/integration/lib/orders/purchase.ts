import { randomUUID } from "node:crypto";
import { handleStripeEvent, type WebhookOutcome } from "#lib/orders/webhook.ts";
import { startCheckout, type CheckoutResult, type Purchase } from "#lib/orders/start-checkout.ts";
import { signatureHeader } from "#local/stripe/webhooks.ts";
import type { Database } from "#lib/services/database.ts";
import type { Services } from "#lib/services/index.ts";
import type { Stripe } from "#lib/services/stripe.ts";
import type { TestShop } from "../../../support/shop.ts";

export interface Buyer {
  userId: string;
  email: string;
}

/** Makes a person who has signed up. */
export async function insertBuyer(shop: TestShop): Promise<Buyer> {
  const email = `${randomUUID()}@example.com`;
  const [user] = await shop.sql<{ id: string }>(
    "INSERT INTO users (email, name, password_hash) VALUES ($1, 'Robin', 'x') RETURNING id",
    [email],
  );
  return { userId: user?.id ?? "", email };
}

/** Puts a course on sale and gives its id. */
export async function insertCourse(
  shop: TestShop,
  { price = 4900, currency = "eur", title = "Sailing by night" } = {},
): Promise<string> {
  const [course] = await shop.sql<{ id: string }>(
    `INSERT INTO courses (slug, title, summary, topic, level, price_amount, currency, position,
       flags, outcomes, audience, not_for, questions, about_html, revised_on, revision_note,
       minutes_total, lesson_count, published_at)
     VALUES ($1, $4, 'How.', 'operations', 'beginner', $2, $3, 1,
       '[]', '[]', '[]', '[]', '[]', '', '2026-11-01', '', 10, 1, now())
     RETURNING id`,
    [`course-${randomUUID()}`, price, currency, title],
  );
  return course?.id ?? "";
}

/** What a person sends who has ticked everything. */
export function purchaseOf(buyer: Buyer, ...courseIds: string[]): Purchase {
  return { ...buyer, courseIds, termsAccepted: true, waiverAccepted: true, now: new Date() };
}

/** Presses "Buy". */
export function buy(shop: TestShop, buyer: Buyer, courseId: string): Promise<CheckoutResult> {
  return startCheckout(shop.services, purchaseOf(buyer, courseId));
}

/** Presses "Buy" and gives the order and the session that Stripe's page is open for. */
export async function open(shop: TestShop, buyer: Buyer, ...courseIds: string[]) {
  const result = await startCheckout(shop.services, purchaseOf(buyer, ...courseIds));
  const url = result.kind === "redirect" ? result.url : "";
  const [order] = await shop.sql<{ id: string; stripe_session_id: string }>(
    "SELECT id, stripe_session_id FROM orders WHERE stripe_session_url = $1",
    [url],
  );
  return { url, orderId: order?.id ?? "", sessionId: order?.stripe_session_id ?? "" };
}

/** What the database has of an order, its courses and its mail. */
export async function look(shop: TestShop, orderId: string) {
  const [order] = await shop.sql<{
    status: string;
    item: string;
    entitlements: number;
    mails: string[] | null;
    events: number;
    review_reason: string | null;
  }>(
    `SELECT o.status, i.state AS item, o.review_reason,
       (SELECT count(*)::int FROM entitlements e WHERE e.order_item_id = i.id) AS entitlements,
       (SELECT count(*)::int FROM stripe_events e WHERE e.order_id = o.id) AS events,
       (SELECT array_agg(template) FROM outbox WHERE parameters->>'orderId' = o.id::text) AS mails
     FROM orders o JOIN order_items i ON i.order_id = o.id
     WHERE o.id = $1`,
    [orderId],
  );
  return order;
}

/** The items of an order by title, with whether each opens its course. */
export async function lookAtItems(shop: TestShop, orderId: string) {
  return shop.sql<{ title: string; state: string; paid: number; refunded: number; open: boolean }>(
    `SELECT title, state, paid_amount AS paid, refunded_amount AS refunded,
       EXISTS (SELECT 1 FROM entitlements e WHERE e.order_item_id = i.id) AS open
     FROM order_items i WHERE order_id = $1 ORDER BY title`,
    [orderId],
  );
}

/** The newest event of a type that is about the session, payment or charge. */
export function findEvent(shop: TestShop, type: string, about: string): Stripe.Event {
  const event = [...shop.stripe.state.events.values()].findLast(
    (each) => each.type === type && JSON.stringify(each.data.object).includes(about),
  );
  if (!event) throw new Error(`There is no event ${type} about ${about}`);
  return event;
}

/** Sends an event as Stripe would. */
export function deliver(
  shop: TestShop,
  event: object,
  { time = Date.now() / 1000, secret = shop.services.environment.STRIPE_WEBHOOK_SECRET } = {},
): Promise<WebhookOutcome> {
  const body = JSON.stringify(event);
  const signature = signatureHeader(body, [secret], Math.floor(time));
  return handleStripeEvent(shop.services, { body, signature, now: new Date() });
}

/** The payment intent of a session. */
export function paymentOf(shop: TestShop, sessionId: string): string {
  return shop.stripe.state.checkouts.get(sessionId)?.session.payment_intent as string;
}

/** The services of a shop in which the first questions to the database about this value fail. */
export function failAt(
  shop: TestShop,
  value: string,
  failure: Error,
  times = Number.POSITIVE_INFINITY,
): Services {
  const { database } = shop.services;
  let left = times;
  const read: Database["read"] = (strings, ...values) =>
    values.includes(value) && left-- > 0
      ? Promise.reject(failure)
      : database.read(strings, ...values);
  return { ...shop.services, database: { ...database, read } };
}
