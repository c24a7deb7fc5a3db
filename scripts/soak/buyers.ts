import { setTimeout as pause } from "node:timers/promises";
import { ask, control, makeBuyer, persist, type SoakBuyer, type World } from "./world.ts";

/** What buyers did, and what the shop answered. */
export interface BuyerCounts {
  checkouts: number;
  paid: number;
  /** Answers of 500 and above, and none at all. */
  refusals: number;
}

const TRIES = 12;

/**
 * One order from beginning to end, as a person makes it: one to three courses, clicked once or
 * twice, paid or not, sometimes given back or disputed. Who gets no answer tries again.
 */
export async function buyOnce(
  world: World,
  counts: BuyerCounts,
  seed: number,
  index: number,
): Promise<void> {
  const { random } = world;
  const buyer = await persist(() => makeBuyer(world, seed, index));
  const wanted = world.courseIds.filter(() => random() < 0.3).slice(0, 3);
  const first = world.courseIds[index % world.courseIds.length] ?? "";
  const session = await openPayment(world, counts, buyer, wanted.length > 0 ? wanted : [first]);
  if (!session) return;
  counts.checkouts += 1;
  const dice = random();
  if (dice < 0.08) return; // Left the page open: its session ends by itself.
  const isLeft = dice < 0.14;
  const isPaid = await attempt(() => control(world, isLeft ? "expire" : "pay", { session }));
  if (isLeft) return;
  if (!isPaid) return;
  counts.paid += 1;
  if (random() < 0.6) await visit(world, counts, buyer, `/checkout/return?session_id=${session}`);
  await afterwards(world, counts, buyer, session);
}

async function openPayment(
  world: World,
  counts: BuyerCounts,
  buyer: SoakBuyer,
  courseIds: string[],
): Promise<string | null> {
  const form = new URLSearchParams({ terms: "on", waiver: "on" });
  for (const id of courseIds) form.append("courseIds", id);
  const click = () => ask(world, buyer, "/cart?_action=startCheckout", form);
  for (let attempts = 0; attempts < TRIES; attempts++) {
    const clicks = world.random() < 0.3 ? [click(), click(), click()] : [click()];
    for (const answer of await Promise.all(clicks)) {
      const address = answer?.headers.get("location") ?? "";
      const [, session] = /\/c\/pay\/(cs_\w+)/.exec(address) ?? [];
      if (session) return session;
      if (!answer || answer.status >= 500) counts.refusals += 1;
    }
    await pause(500 + 1_500 * world.random());
  }
  return null;
}

// The buyer returns a course, the shop's owner refunds in the Dashboard, or the bank disputes.
async function afterwards(
  world: World,
  counts: BuyerCounts,
  buyer: SoakBuyer,
  session: string,
): Promise<void> {
  const dice = world.random();
  if (dice >= 0.2) return;
  if (dice < 0.1) return giveBack(world, counts, buyer);
  const payment = await paymentOf(world, session);
  if (!payment) return;
  if (dice < 0.15) await attempt(() => control(world, "refund", { id: payment }));
  else {
    const dispute = await attempt(() => control(world, "dispute", { id: payment }));
    const end = world.random() < 0.5 ? "win-dispute" : "lose-dispute";
    if (dispute) await attempt(() => control(world, end, { dispute: idOf(dispute) }));
  }
}

async function giveBack(world: World, counts: BuyerCounts, buyer: SoakBuyer): Promise<void> {
  for (let attempts = 0; attempts < TRIES; attempts++) {
    const [order] = await persist(() => listOwned(world, buyer));
    const form = new URLSearchParams({ orderId: order?.id ?? "", items: order?.itemId ?? "" });
    const answer =
      order && (await ask(world, buyer, `/orders/${order.id}?_action=refundItems`, form));
    if (answer?.status === 303) return;
    if (order && (!answer || answer.status >= 500)) counts.refusals += 1;
    await pause(500 + 1_500 * world.random());
  }
}

function listOwned({ services }: World, { userId }: SoakBuyer) {
  return services.database.read<{ id: string; itemId: string }[]>`
    SELECT o.id, i.id AS item_id
    FROM orders o
    JOIN order_items i ON i.order_id = o.id AND i.state = 'owned'
    WHERE o.user_id = ${userId}::uuid
    LIMIT 1`;
}

async function visit(
  world: World,
  counts: BuyerCounts,
  buyer: SoakBuyer,
  path: string,
): Promise<void> {
  const answer = await ask(world, buyer, path);
  if (!answer || answer.status >= 500) counts.refusals += 1;
}

async function paymentOf(world: World, session: string): Promise<string | null> {
  const found = await attempt(() =>
    world.services.stripe.run((stripe) => stripe.checkout.sessions.retrieve(session)),
  );
  const payment = (found as { payment_intent?: unknown } | null)?.payment_intent;
  return typeof payment === "string" ? payment : null;
}

function idOf(thing: unknown): string {
  return typeof thing === "string" ? thing : String((thing as { id?: unknown }).id);
}

// What Stripe refuses here (paid in the other tab, expired a moment ago) is a part of life.
async function attempt<T>(act: () => Promise<T>): Promise<T | true | null> {
  try {
    return (await act()) ?? true;
  } catch {
    return null;
  }
}
