import { isLivemode } from "#lib/orders/livemode.ts";
import { listOrdersInDoubt } from "#lib/orders/reconcile-queries.ts";
import type { Services } from "#lib/services/index.ts";
import { hasLateMail } from "./outbox-queries.ts";
import { isReadOnly } from "./queries.ts";

type Status = "pass" | "warn" | "fail";

/** One entry of `checks`, in the words of draft-inadarei-api-health-check. */
interface Check {
  status: Status;
  /** How long the answer took. */
  observedValue?: number;
  observedUnit?: "ms";
  /** What is wrong, in words that name no host, user or secret. */
  output?: string;
}

export interface Health {
  status: Status;
  checks: Record<"database" | "redis" | "stripe" | "mail" | "orders", [Check]>;
}

const MINUTE_MS = 60_000;

/**
 * Asks what the shop can't do without, all at once. "fail" when one of them gives no answer. "warn" when the database takes
 * no writes; when Stripe, which is not asked, left this isolate's last call unanswered; when mail, news apart, waits longer
 * than ten minutes; or when the reconciler has left an order in doubt for 15. Takes no longer than the clients' own time-outs.
 */
export async function checkHealth(services: Services, { now }: { now: Date }): Promise<Health> {
  const [database, redis, mail, orders] = await Promise.all([
    check(() => refuseReadOnly(services)),
    check(() => services.redis.run((client) => client.ping())),
    check(() => refuseLateMail(services, now), "warn"),
    check(() => refuseLateOrders(services, now), "warn"),
  ]);
  const stripe = hearOfStripe(services, now);
  const checks: Health["checks"] = {
    database: [database],
    redis: [redis],
    stripe: [stripe],
    mail: [mail],
    orders: [orders],
  };
  const statuses = Object.values(checks).map(([{ status }]) => status);
  const status = (["fail", "warn"] as const).find((bad) => statuses.includes(bad)) ?? "pass";
  return { status, checks };
}

async function check(probe: () => Promise<unknown>, whenBad: Status = "fail"): Promise<Check> {
  const startedAt = Date.now();
  const took = () => ({ observedValue: Date.now() - startedAt, observedUnit: "ms" as const });
  try {
    await probe();
    return { status: "pass", ...took() };
  } catch (error) {
    if (error instanceof Finding) return { status: "warn", ...took(), output: error.message };
    return { status: whenBad, ...took(), output: "no answer" };
  }
}

/** It answers, and what it says is a warning. */
class Finding extends Error {}

// As after a failover. A full disk or a full or read-only Redis is seen by writing alone, which a probe that anybody may call
// does not do: the shop's own writes say so, by `dependency-failed` in the log and in Sentry.
async function refuseReadOnly({ database }: Services): Promise<void> {
  if (await isReadOnly(database)) throw new Finding("it takes no writes");
}

async function refuseLateMail({ database }: Services, now: Date): Promise<void> {
  const before = new Date(now.getTime() - 10 * MINUTE_MS);
  if (await hasLateMail(database, before))
    throw new Finding("mail has been waiting for more than 10 minutes");
}

// The reconciler asks about each of them after eleven minutes at the latest.
async function refuseLateOrders({ database, environment }: Services, now: Date): Promise<void> {
  const before = new Date(now.getTime() - 15 * MINUTE_MS);
  const livemode = isLivemode(environment);
  const filter = { livemode, now, recent: before, settled: before, limit: 1 };
  const late = await listOrdersInDoubt(database, filter);
  if (late.length > 0) throw new Finding("an order has been in doubt for more than 15 minutes");
}

// Nobody waits for Stripe here, and a health check that calls it each minute would use up what checkouts may call. The jobs do
// so each minute anyway; an isolate that none of them reached forgets what it knows after ten minutes.
function hearOfStripe({ stripe }: Services, now: Date): Check {
  const failedAt = stripe.lastOutageAt();
  if (failedAt === null || failedAt < now.getTime() - 10 * MINUTE_MS) return { status: "pass" };
  return { status: "warn", output: "the last call got no answer" };
}
