import { AppError, DependencyError, type NoteBug } from "#lib/errors.ts";
import type { Services } from "#lib/services/index.ts";
import { isLivemode } from "./livemode.ts";
import {
  findEventCursor,
  listOrderStatuses,
  listOrdersInDoubt,
  updateEventCursor,
} from "./reconcile-queries.ts";
import { listOrdersWithRequestedRefunds } from "./refund-queries.ts";
import { carryOutRefunds } from "./request-refund.ts";
import { findEventTarget, ORDER_EVENTS } from "./stripe-events.ts";
import { syncOrder, type SyncOptions } from "./sync-order.ts";
import { listKnownEvents } from "./webhook-queries.ts";

/** What a run of the reconciler did. */
export interface ReconcileReport {
  /** Orders that Stripe was asked about. */
  checked: number;
  /** Orders whose state was wrong until now. */
  fixed: number;
  /** Orders that a person must look at. */
  needsReview: number;
  /** Orders and events that could not be dealt with; the next run meets them again. */
  failed: number;
}

type ReconcileServices = Pick<Services, "database" | "stripe" | "environment">;
type Visit = Omit<SyncOptions, "now">;
interface Run {
  now: Date;
  noteBug: NoteBug;
}

const MINUTE_MS = 60_000;
/** Stripe may list an event later than others that were made after it. */
const OVERLAP_MS = 60 * MINUTE_MS;
const SWEEP_LIMIT = 50;
const EVENT_LIMIT = 10_000;

/**
 * Finds what the webhook missed: reads Stripe's events since the last run and asks about orders
 * that wait too long. May run twice and at once with itself; an order that fails stops no other, and
 * `noteBug` is told of it when it was no outage. Throws DependencyError when Stripe or the database is
 * silent from the start.
 */
export async function reconcileOrders(
  services: ReconcileServices,
  { now, noteBug = () => undefined }: { now: Date; noteBug?: NoteBug },
): Promise<ReconcileReport> {
  const { database, environment } = services;
  const run: Run = {
    now,
    noteBug: (error, about) => {
      if (!(error instanceof AppError)) noteBug(error, about);
    },
  };
  const livemode = isLivemode(environment);
  const { visits, failures } = await readEvents(services, livemode, run);
  const refunds = await resumeRefunds(services, livemode, run);
  const inDoubt = await listOrdersInDoubt(database, {
    livemode,
    now,
    recent: new Date(now.getTime() - MINUTE_MS),
    settled: new Date(now.getTime() - 10 * MINUTE_MS),
    limit: SWEEP_LIMIT,
  });
  for (const orderId of inDoubt) if (!visits.has(orderId)) visits.set(orderId, {});
  const report = await syncAll(services, visits, run);
  const failed = report.failed + failures + refunds.failed;
  // The cursor waits for what failed, so that it is read again.
  if (failed === 0) await updateEventCursor(database, { livemode, readUntil: now, now });
  return { ...report, failed };
}

// Refunds that were written down and cut off before Stripe answered.
async function resumeRefunds(
  services: ReconcileServices,
  livemode: boolean,
  { now, noteBug }: Run,
): Promise<{ failed: number }> {
  const before = new Date(now.getTime() - MINUTE_MS);
  const filter = { livemode, before, limit: SWEEP_LIMIT };
  let failed = 0;
  for (const orderId of await listOrdersWithRequestedRefunds(services.database, filter)) {
    try {
      await carryOutRefunds(services, orderId, now);
    } catch (error) {
      // A refusal is noted with the refund: nothing to try again.
      if (!(error instanceof AppError) || error instanceof DependencyError) failed += 1;
      noteBug(error, { orderId });
    }
  }
  return { failed };
}

async function readEvents(
  services: ReconcileServices,
  livemode: boolean,
  { now, noteBug }: Run,
): Promise<{ visits: Map<string, Visit>; failures: number }> {
  const { database, stripe } = services;
  const cursor = (await findEventCursor(database, livemode)) ?? now;
  const gte = Math.floor((cursor.getTime() - OVERLAP_MS) / 1000);
  const events = await stripe.run((api) =>
    api.events
      .list({ created: { gte }, types: [...ORDER_EVENTS], limit: 100 })
      .autoPagingToArray({ limit: EVENT_LIMIT }),
  );
  const ids = events.map(({ id }) => id);
  const known = ids.length > 0 ? await listKnownEvents(database, ids) : new Set<string>();
  const visits = new Map<string, Visit>();
  let failures = 0;
  // Newest first, as listed: one question per order answers for all of its events.
  for (const event of events.filter(({ id }) => !known.has(id))) {
    try {
      const target = await findEventTarget(services, (call) => stripe.run(call), event);
      if ("ignored" in target) continue;
      const visit = visits.get(target.orderId);
      visits.set(target.orderId, {
        sessionId: visit?.sessionId ?? target.sessionId,
        event: visit?.event ?? {
          id: event.id,
          type: event.type,
          createdAt: new Date(event.created * 1000),
        },
      });
    } catch (error) {
      failures += 1;
      noteBug(error, { stripeEvent: event.id });
    }
  }
  return { visits, failures };
}

async function syncAll(
  services: ReconcileServices,
  visits: Map<string, Visit>,
  { now, noteBug }: Run,
): Promise<ReconcileReport> {
  const report: ReconcileReport = { checked: 0, fixed: 0, needsReview: 0, failed: 0 };
  const ids = [...visits.keys()];
  if (ids.length === 0) return report;
  const before = await listOrderStatuses(services.database, ids);
  for (const [orderId, visit] of visits) {
    try {
      const status = await syncOrder(services, orderId, { ...visit, now });
      report.checked += 1;
      if (status !== (before.get(orderId) ?? null)) report.fixed += 1;
      // Null: the event names an order of ours that is not there.
      if (status === "review" || status === null) report.needsReview += 1;
    } catch (error) {
      report.failed += 1;
      noteBug(error, { orderId });
    }
  }
  return report;
}
