import { expect } from "vitest";
import { resyncOrder } from "#lib/orders/admin/act-on-order.ts";
import { reconcileOrders } from "#lib/orders/reconcile.ts";
import { endBankWork } from "./history-outside.ts";
import { actOn, deliverAll, ordersOf } from "./history-requests.ts";
import { clockOf, endSlowly, isExpected, type History } from "./history-worker.ts";

const MINUTE = 60;

/**
 * What the network, the banks, the jobs and the time come to in the end. A third of the histories
 * hears of every event before the jobs run, the others of none any more.
 */
export async function settle(history: History, pick: number): Promise<void> {
  const { stripe, services } = history.shop;
  history.kill = null;
  stripe.faultQueue.clear();
  if (pick % 3 === 1) await deliverAll(history, pick);
  while (history.slow.length > 0) await endSlowly(history).catch(rethrowUnexpected);
  // Sessions run out and refunds are carried on; then what came of that.
  await runJobs(history, 35);
  let failed = await runJobs(history, 11);
  // An admin looks at what waits for one: what made a person necessary may have passed.
  const inReview = (await ordersOf(history)).filter(({ status }) => status === "review");
  for (const { id } of inReview) await resyncOrder(services, actOn(history, id));
  if (inReview.length > 0) failed = await runJobs(history, 11);
  expect(failed, "the jobs come to an end with everything").toBe(0);
}

async function runJobs(history: History, minutesLater: number): Promise<number> {
  const { stripe, services } = history.shop;
  stripe.advance(minutesLater * MINUTE);
  endBankWork(history);
  const { failed } = await reconcileOrders(services, { now: clockOf(history) });
  return failed;
}

function rethrowUnexpected(error: unknown): void {
  if (!isExpected(error)) throw error;
}
