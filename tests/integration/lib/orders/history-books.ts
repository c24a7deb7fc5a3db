import { expect } from "vitest";
import { sessionsOf } from "./history-outside.ts";
import type { History } from "./history-worker.ts";

interface Item {
  course: string;
  price: number;
  state: string;
  isGranted: boolean;
  /** What refunds are for it, by Stripe's id of the refund. */
  returns: { refund: string | null; amount: number }[];
}

interface Refund {
  id: string | null;
  source: string;
  status: string;
  amount: number;
}

interface Books {
  id: string;
  source: "stripe" | "manual";
  status: string;
  isWithdrawn: boolean;
  receipts: number;
  items: Item[];
  refunds: Refund[];
}

type Session = ReturnType<typeof sessionsOf>[number];

/** At any moment: what is open was paid for at Stripe, or granted by hand. Notes what is open. */
export async function watch(history: History): Promise<void> {
  const open = await history.shop.sql<{ id: string; source: string }>(
    `SELECT DISTINCT o.id, o.source
     FROM entitlements e
     JOIN order_items i ON i.id = e.order_item_id
     JOIN orders o ON o.id = i.order_id
     WHERE e.user_id = $1`,
    [history.buyer.userId],
  );
  const sessions = sessionsOf(history);
  for (const { id, source } of open) {
    history.opened.add(id);
    const isPaid = sessions.some(
      (each) => each.client_reference_id === id && each.payment_status === "paid",
    );
    expect(isPaid || source === "manual", "nothing is open unpaid, at any moment").toBe(true);
  }
}

/** In the end: our books are Stripe's. */
export async function compareBooks(history: History): Promise<void> {
  const all = await readBooks(history);
  const sessions = sessionsOf(history);
  for (const { client_reference_id: id } of sessions)
    expect(
      all.some((order) => order.id === id),
      "every session has an order",
    ).toBe(true);
  for (const order of all) {
    const own = sessions.filter((each) => each.client_reference_id === order.id);
    expect(own.length, "an order has one session at most").toBeLessThanOrEqual(1);
    for (const { state, isGranted } of order.items) {
      expect(isGranted, "an item is owned and opens its course, or neither").toBe(
        state === "owned",
      );
      if (order.status !== "review")
        expect(state, "no item waits for ever, but for a person").not.toBe("open");
    }
    if (order.source === "manual") compareGrant(order, all);
    else if (isPaid(own[0])) comparePayment(history, order, own[0], all);
    else compareUnpaid(order, own[0]);
  }
}

function isPaid(session: Session | undefined): session is Session {
  return session?.payment_status === "paid";
}

function compareGrant(order: Books, all: Books[]): void {
  expect(order.receipts, "nothing was paid for a grant").toBe(0);
  if (order.isWithdrawn) {
    expect(order.status, "a grant that was taken back has ended").toBe("refunded");
    expect(grantedBy(order), "and opens nothing").toEqual([]);
    return;
  }
  expect(["paid", "duplicate_refunded"], "a grant is decided").toContain(order.status);
  // It steps back for what was paid for as well, and that may have gone back later.
  for (const { course, isGranted } of order.items)
    if (!isGranted) expect(hasOther(order, all, course), "what is granted is open").toBe(true);
}

function compareUnpaid(order: Books, session: Session | undefined): void {
  expect(order.status, "an unpaid order has ended").toBe(
    session?.status === "complete" ? "failed" : "expired",
  );
  expect(grantedBy(order), "nothing is open unpaid").toEqual([]);
  expect(order.receipts, "nothing unpaid has a receipt").toBe(0);
  expect(order.refunds, "nothing unpaid goes back").toEqual([]);
}

function comparePayment(history: History, order: Books, session: Session, all: Books[]): void {
  const { shop } = history;
  const truth = truthOf(history, session);
  const ours = order.refunds.filter(({ id }) => id !== null);
  expect(
    ours.map(({ id, status, amount }) => ({ id, status, amount })).toSorted(byId),
    "our refunds are Stripe's",
  ).toEqual(truth.refunds.toSorted(byId));
  const asOurs = truth.refunds.map(({ id }) => shop.stripe.state.refunds.get(id)?.metadata);
  const ownIds = asOurs.flatMap((metadata) => metadata?.refund_id ?? []);
  expect(ownIds.length, "what we ask Stripe for is made once").toBe(new Set(ownIds).size);
  const asked = order.refunds.filter(({ status }) => status === "requested");
  expect(asked, "no refund waits for ever").toEqual([]);
  const total = session.amount_total ?? 0;
  const wanted = order.items.filter((item) => returnedOf(order, item, truth) < item.price);
  const isGranting = truth.dispute === "none" && truth.returned < total;
  const needsPerson = wanted.some(
    (item) => !item.isGranted && all.some((other) => other !== order && opens(other, item.course)),
  );
  if (isGranting && needsPerson) {
    expect(order.status, "two orders for a course need a person").toBe("review");
    for (const course of grantedBy(order))
      expect(order.items.map((item) => item.course)).toContain(course);
  } else {
    expect(order.status, "the state is what Stripe's facts make of it").toBe(
      statusOf(order, truth, total),
    );
    expect(grantedBy(order), "open is what is paid for and not paid back").toEqual(
      isGranting ? wanted.map(({ course }) => course) : [],
    );
  }
  compareReceipt(history, order);
}

// One that was never seen open may have been paid back before we heard of the payment.
function compareReceipt({ opened }: History, order: Books): void {
  const wasOpen = opened.has(order.id) || grantedBy(order).length > 0;
  if (wasOpen) expect(order.receipts, "one receipt for what was ever open").toBe(1);
  else expect(order.receipts, "one receipt at most").toBeLessThanOrEqual(1);
}

interface Truth {
  refunds: { id: string; status: string; amount: number }[];
  /** What is away or on its way. */
  returned: number;
  dispute: "none" | "open" | "lost";
}

function truthOf({ shop }: History, session: Session): Truth {
  const { refunds, disputes } = shop.stripe.state;
  const intent = session.payment_intent;
  const own = [...refunds.values()]
    .filter((each) => each.payment_intent === intent)
    .map(({ id, status, amount }) => ({ id, status: status ?? "", amount }));
  const verdicts = [...disputes.values()]
    .filter((each) => each.payment_intent === intent)
    .map(({ status }) => status);
  const isOpen = verdicts.some((each) => each !== "won" && each !== "lost");
  const dispute = verdicts.includes("lost") ? "lost" : isOpen ? "open" : "none";
  return { refunds: own, returned: sumOf(own.filter(isActive)), dispute };
}

function statusOf({ refunds }: Books, { returned, dispute, ...truth }: Truth, total: number) {
  if (dispute !== "none") return dispute === "lost" ? "charged_back" : "disputed";
  if (returned === 0) return "paid";
  if (returned < total) return "partially_refunded";
  const isOurDoing = truth.refunds
    .filter(isActive)
    .every(({ id }) => refunds.some((own) => own.id === id && own.source === "duplicate"));
  return isOurDoing ? "duplicate_refunded" : "refunded";
}

// A refund from the Dashboard is for no item until an admin says so, unless there is only one.
function returnedOf({ items }: Books, item: Item, { refunds, returned }: Truth): number {
  if (items.length === 1) return returned;
  const active = refunds.filter(isActive);
  if (returned >= sumOf(items.map(({ price }) => ({ amount: price })))) return item.price;
  return sumOf(item.returns.filter(({ refund }) => active.some(({ id }) => id === refund)));
}

function isActive({ status }: { status: string }): boolean {
  return status !== "failed" && status !== "canceled";
}

function sumOf(parts: { amount: number }[]): number {
  return parts.reduce((sum, { amount }) => sum + amount, 0);
}

function byId(a: { id: string | null }, b: { id: string | null }): number {
  return (a.id ?? "") < (b.id ?? "") ? -1 : 1;
}

function grantedBy({ items }: Books): string[] {
  return items.filter(({ isGranted }) => isGranted).map(({ course }) => course);
}

function opens(order: Books, course: string): boolean {
  return grantedBy(order).includes(course);
}

function hasOther(order: Books, all: Books[], course: string): boolean {
  return all.some((other) => other !== order && other.items.some((item) => item.course === course));
}

function readBooks({ shop, buyer }: History): Promise<Books[]> {
  return shop.sql<Books>(
    `SELECT o.id, o.source, o.status, o.withdrawn_at IS NOT NULL AS "isWithdrawn",
       (SELECT count(*)::int FROM outbox WHERE dedupe_key = 'receipt:' || o.id) AS receipts,
       (SELECT jsonb_agg(jsonb_build_object(
          'course', i.course_id, 'price', i.price_amount, 'state', i.state,
          'isGranted', EXISTS (SELECT FROM entitlements WHERE order_item_id = i.id),
          'returns', (
            SELECT COALESCE(jsonb_agg(jsonb_build_object(
              'refund', r.stripe_refund_id, 'amount', ri.amount)), '[]')
            FROM refund_items ri JOIN refunds r ON r.id = ri.refund_id
            WHERE ri.order_item_id = i.id)) ORDER BY i.title)
        FROM order_items i WHERE i.order_id = o.id) AS items,
       (SELECT COALESCE(jsonb_agg(jsonb_build_object(
          'id', stripe_refund_id, 'source', source, 'status', status, 'amount', amount)), '[]')
        FROM refunds r WHERE r.order_id = o.id) AS refunds
     FROM orders o WHERE user_id = $1 ORDER BY number`,
    [buyer.userId],
  );
}
