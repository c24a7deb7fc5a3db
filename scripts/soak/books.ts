import type { OrderStatus } from "#lib/orders/order.ts";
import type { Stripe } from "#lib/services/stripe.ts";
import { idOf } from "#local/stripe/references.ts";
import type { World } from "./world.ts";

/** How the shop's books differ from Stripe's: a sentence for each order that does. */
export interface Differences {
  orders: number;
  paid: number;
  /** Paid for and not open, or Stripe's payment without an order that knows of it. */
  lost: string[];
  /** Paid, granted or told of twice. */
  doubled: string[];
  /** Open without a payment. */
  unpaid: string[];
  /** Without an end, in review, or in another state than Stripe's. */
  other: string[];
}

interface OrderBooks {
  id: string;
  userId: string;
  status: OrderStatus;
  refundedAmount: number;
  receipts: number;
  items: { courseId: string; paidAmount: number; refundedAmount: number; isOpen: boolean }[];
}

interface Payment {
  total: number;
  refunded: number;
  dispute: "none" | "open" | "won" | "lost";
}

/** Compares every order with what Stripe has of it, from Stripe's own lists. */
export async function compareBooks(world: World): Promise<Differences> {
  const [orders, sessions, payments] = [
    await listOrders(world),
    await world.services.stripe.run((api) =>
      api.checkout.sessions.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 }),
    ),
    await listPayments(world),
  ];
  const found: Differences = {
    orders: orders.length,
    paid: 0,
    lost: [],
    doubled: [],
    unpaid: [],
    other: [],
  };
  const known = new Set(orders.map(({ id }) => id));
  for (const { id, client_reference_id: orderId } of sessions)
    if (!orderId || !known.has(orderId)) found.lost.push(`session ${id} has no order`);
  const byOrder = Map.groupBy(sessions, (session) => session.client_reference_id ?? "");
  const paidFor = new Map<string, string>();
  for (const order of orders) {
    const paid = (byOrder.get(order.id) ?? []).filter(
      ({ status, payment_status: payment }) => status === "complete" && payment !== "unpaid",
    );
    if (paid.length > 0) found.paid += 1;
    if (paid.length > 1) found.doubled.push(`order ${order.id} has ${paid.length} paid sessions`);
    const [session] = paid;
    compareOrder(found, order, session ? paymentOf(session, payments) : null);
    for (const { courseId, paidAmount, refundedAmount } of order.items) {
      if (!session || paidAmount === 0 || refundedAmount >= paidAmount) continue;
      if (order.status === "charged_back" || order.status === "disputed") continue;
      const key = `${order.userId} ${courseId}`;
      if (paidFor.has(key)) found.doubled.push(`a course of ${order.id} is paid for twice`);
      paidFor.set(key, order.id);
    }
  }
  return found;
}

function compareOrder(found: Differences, order: OrderBooks, payment: Payment | null): void {
  const { id, status, items } = order;
  const open = items.filter(({ isOpen }) => isOpen);
  const expected = statusOf(payment);
  const isGranting = status === "paid" || status === "partially_refunded";
  if (!expected.includes(status)) found.other.push(`order ${id} is ${status}, not ${expected[0]}`);
  if (payment && payment.refunded !== order.refundedAmount)
    found.other.push(`order ${id}: ${order.refundedAmount} refunded, not ${payment.refunded}`);
  if (order.receipts > 1) found.doubled.push(`order ${id} has ${order.receipts} receipts`);
  if (payment && order.receipts === 0 && isGranting) found.lost.push(`order ${id}: no receipt`);
  const mayBeOpen = expected.includes("paid") || expected.includes("partially_refunded");
  if (!mayBeOpen && open.length > 0) found.unpaid.push(`order ${id} is open without a payment`);
  if (!mayBeOpen) return;
  const closed = items.filter(
    (item) => !item.isOpen && (item.refundedAmount < item.paidAmount || item.paidAmount === 0),
  );
  if (closed.length > 0) found.lost.push(`order ${id} is paid for and closed`);
  const returned = items.filter((item) => item.isOpen && item.refundedAmount >= item.paidAmount);
  if (returned.length > 0) found.unpaid.push(`order ${id} is open after it was paid back`);
}

function statusOf(payment: Payment | null): OrderStatus[] {
  if (!payment) return ["expired", "failed"];
  if (payment.dispute === "lost") return ["charged_back"];
  if (payment.dispute === "open") return ["disputed"];
  if (payment.refunded >= payment.total) return ["refunded", "duplicate_refunded"];
  return payment.refunded > 0 ? ["partially_refunded"] : ["paid"];
}

function paymentOf(session: Stripe.Checkout.Session, payments: Map<string, Payment>): Payment {
  const known = payments.get(idOf(session.payment_intent));
  const nothing: Payment = { total: 0, refunded: 0, dispute: "none" };
  return { ...(known ?? nothing), total: session.amount_total ?? 0 };
}

async function listPayments({ services }: World): Promise<Map<string, Payment>> {
  const payments = new Map<string, Payment>();
  const of = (intent: string | { id: string } | null): Payment => {
    const id = idOf(intent);
    const payment = payments.get(id) ?? { total: 0, refunded: 0, dispute: "none" };
    payments.set(id, payment);
    return payment;
  };
  const all = { limit: 100 };
  const refunds = await services.stripe.run((api) =>
    api.refunds.list(all).autoPagingToArray({ limit: 10_000 }),
  );
  for (const { payment_intent: intent, amount, status } of refunds)
    if (status !== "failed" && status !== "canceled") of(intent).refunded += amount;
  const disputes = await services.stripe.run((api) =>
    api.disputes.list(all).autoPagingToArray({ limit: 10_000 }),
  );
  for (const { payment_intent: intent, status } of disputes)
    of(intent).dispute = status === "won" ? "won" : status === "lost" ? "lost" : "open";
  return payments;
}

function listOrders({ services }: World): Promise<OrderBooks[]> {
  return services.database.read<OrderBooks[]>`
    SELECT o.id, o.user_id, o.status, o.refunded_amount,
      (SELECT count(*)::integer
       FROM outbox
       WHERE parameters ->> 'orderId' = o.id::text AND template = 'receipt') AS receipts,
      (SELECT jsonb_agg(jsonb_build_object(
         'courseId', i.course_id, 'paidAmount', i.paid_amount,
         'refundedAmount', i.refunded_amount, 'isOpen', EXISTS (
           SELECT FROM entitlements e WHERE e.order_item_id = i.id)))
       FROM order_items i
       WHERE i.order_id = o.id) AS items
    FROM orders o`;
}
