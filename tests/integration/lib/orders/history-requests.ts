import { resyncOrder, withdrawGrant } from "#lib/orders/admin/act-on-order.ts";
import { assignRefund } from "#lib/orders/admin/assign-refund.ts";
import { grantCourses } from "#lib/orders/admin/grant-courses.ts";
import { refundAsAdmin } from "#lib/orders/admin/refund.ts";
import { reconcileOrders } from "#lib/orders/reconcile.ts";
import { requestRefund } from "#lib/orders/request-refund.ts";
import { startCheckout } from "#lib/orders/start-checkout.ts";
import { ORDER_EVENTS } from "#lib/orders/stripe-events.ts";
import { syncOrder } from "#lib/orders/sync-order.ts";
import { handleStripeEvent } from "#lib/orders/webhook.ts";
import type { Services } from "#lib/services/index.ts";
import { signatureHeader } from "#local/stripe/webhooks.ts";
import { pickFrom } from "./history-outside.ts";
import {
  beginSlowly,
  clockOf,
  endSlowly,
  throwWorst,
  workerOf,
  type History,
  type HistoryCourse,
} from "./history-worker.ts";
import { purchaseOf } from "./purchase.ts";

/** What the shop is asked to do; gives false when there is nothing to ask it for. */
type Request = (history: History, pick: number) => Promise<boolean>;

/** What people, Stripe and the jobs ask of the shop. */
export const REQUESTS: Record<string, Request> = {
  "open one": (history) => checkOut(history, [history.courses[0].id]),
  "open two": (history) => checkOut(history, [history.courses[1].id]),
  "open both": (history) => checkOut(history, [history.courses[0].id, history.courses[1].id]),
  "ask for the money back": askForMoney,
  webhook: (history, pick) => deliver(history, (events) => [pickFrom(events, pick)]),
  "old webhook": (history) => deliver(history, ([first]) => [first]),
  "webhooks at once": (history) => deliver(history, (events) => [1, 2, 3].map(() => events.at(-1))),
  "all webhooks": deliverAll,
  sync: withOrder((history, { id }) => syncOrder(workerOf(history), id, { now: clockOf(history) })),
  "slow sync": withOrder((history, { id }) => {
    const now = clockOf(history);
    return beginSlowly(history, "write", (services) => syncOrder(services, id, { now }));
  }),
  "slow refund of a part": withOrder((history, order) =>
    beginSlowly(history, "refund", (services) => refundPart(history, services, order)),
  ),
  "the slow one goes on": endSlowly,
  reconciler: async (history) => {
    await reconcileOrders(workerOf(history), { now: clockOf(history) });
    return true;
  },
  "reconcilers at once": (history) =>
    atOnce([1, 2].map(() => reconcileOrders(workerOf(history), { now: clockOf(history) }))),
  "admin refunds all": withOrder((history, { id }) =>
    refundAsAdmin(workerOf(history), { ...actOn(history, id), itemIds: null, amount: "" }),
  ),
  "admin refunds a course": withOrder((history, { id, items }) =>
    refundAsAdmin(workerOf(history), {
      ...actOn(history, id),
      itemIds: items.slice(-1),
      amount: "",
    }),
  ),
  "admin refunds a part": withOrder((history, order) =>
    refundPart(history, workerOf(history), order),
  ),
  resync: withOrder((history, { id }) => resyncOrder(workerOf(history), actOn(history, id))),
  grant: (history, pick) => grant(history, history.courses.slice(0, 1 + (pick % 2))),
  "grant two": (history) => grant(history, history.courses.slice(1)),
  withdraw: withOrder(
    (history, { id }) => withdrawGrant(workerOf(history), actOn(history, id)),
    ({ source }) => source === "manual",
  ),
  "assign a refund": assign,
};

interface KnownOrder {
  id: string;
  source: string;
  status: string;
  items: string[];
}

/** The buyer's orders, oldest first. */
export function ordersOf({ shop, buyer }: History): Promise<KnownOrder[]> {
  return shop.sql<KnownOrder>(
    `SELECT id, source, status, (
       SELECT array_agg(i.id::text ORDER BY title) FROM order_items i WHERE order_id = o.id
     ) AS items
     FROM orders o WHERE user_id = $1 ORDER BY number`,
    [buyer.userId],
  );
}

/** What an admin sends with every act. */
export function actOn(history: History, orderId: string) {
  return { orderId, actorId: history.adminId, reason: "Asked by phone", now: clockOf(history) };
}

/** Sends every event so far, each once, in an order that `pick` decides. */
export function deliverAll(history: History, pick: number): Promise<boolean> {
  return deliver(history, (events) => shuffle(events, pick));
}

function withOrder(
  act: (history: History, order: KnownOrder) => Promise<unknown>,
  isMeant: (order: KnownOrder) => boolean = () => true,
): Request {
  return async (history, pick) => {
    const order = pickFrom((await ordersOf(history)).filter(isMeant), pick);
    if (order) await act(history, order);
    return order !== null;
  };
}

async function checkOut(history: History, courseIds: string[]): Promise<boolean> {
  const purchase = { ...purchaseOf(history.buyer, ...courseIds), now: clockOf(history) };
  const { kind } = await startCheckout(workerOf(history), purchase);
  return kind === "redirect";
}

async function askForMoney(history: History, pick: number): Promise<boolean> {
  const paid = (await ordersOf(history)).filter(({ status }) => status.includes("paid"));
  const order = pickFrom(paid, pick);
  if (!order) return false;
  await requestRefund(workerOf(history), {
    orderId: order.id,
    items: pick % 3 === 2 ? order.items.slice(0, 1) : "all",
    source: "buyer",
    actorId: history.buyer.userId,
    reason: null,
    now: clockOf(history),
  });
  return true;
}

function refundPart(history: History, services: Services, { id, items }: KnownOrder) {
  return refundAsAdmin(services, {
    ...actOn(history, id),
    itemIds: items.slice(0, 1),
    amount: "12.50",
  });
}

async function grant(history: History, courses: HistoryCourse[]): Promise<boolean> {
  await grantCourses(workerOf(history), {
    ...actOn(history, ""),
    email: history.buyer.email,
    courses: courses.map(({ slug }) => slug),
  });
  return true;
}

async function assign(history: History, pick: number): Promise<boolean> {
  const [refund] = await history.shop.sql<{ id: string; order_id: string; items: string[] }>(
    `SELECT r.id, r.order_id, array_agg(i.id::text ORDER BY title) AS items
     FROM refunds r
     JOIN orders o ON o.id = r.order_id
     JOIN order_items i ON i.order_id = o.id
     WHERE o.user_id = $1 AND NOT EXISTS (SELECT FROM refund_items WHERE refund_id = r.id)
     GROUP BY r.id LIMIT 1`,
    [history.buyer.userId],
  );
  if (!refund) return false;
  await assignRefund(workerOf(history), {
    orderId: refund.order_id,
    refundId: refund.id,
    itemIds: [pickFrom(refund.items, pick) ?? ""],
    actorId: history.adminId,
    now: clockOf(history),
  });
  return true;
}

type Event = NonNullable<ReturnType<History["shop"]["stripe"]["state"]["events"]["get"]>>;

async function deliver(
  history: History,
  choose: (events: Event[]) => (Event | null | undefined)[],
): Promise<boolean> {
  const all = [...history.shop.stripe.state.events.values()];
  const ours = all.filter(({ type }) => ORDER_EVENTS.some((each) => each === type));
  const chosen = choose(ours).filter((event) => event !== null && event !== undefined);
  const isRepeated = new Set(chosen).size < chosen.length;
  if (isRepeated) return atOnce(chosen.map((event) => send(history, event)));
  const errors: unknown[] = [];
  for (const event of chosen)
    await send(history, event).catch((error: unknown) => errors.push(error));
  throwWorst(errors);
  return chosen.length > 0;
}

function send(history: History, event: Event) {
  const { STRIPE_WEBHOOK_SECRET: secret } = history.shop.services.environment;
  const now = clockOf(history);
  const body = JSON.stringify(event);
  const signature = signatureHeader(body, [secret], Math.floor(now.getTime() / 1000));
  return handleStripeEvent(workerOf(history), { body, signature, now });
}

// All come to an end before the next step, also when one of them fails.
async function atOnce(requests: Promise<unknown>[]): Promise<boolean> {
  const ends = await Promise.allSettled(requests);
  throwWorst(ends.flatMap((end) => (end.status === "rejected" ? [end.reason as unknown] : [])));
  return ends.length > 0;
}

function shuffle<T>(all: readonly T[], seed: number): T[] {
  const left = [...all];
  const shuffled: T[] = [];
  for (let turn = seed + 1; left.length > 0; turn = (turn * 48_271) % 2_147_483_647)
    shuffled.push(...left.splice(turn % left.length, 1));
  return shuffled;
}
