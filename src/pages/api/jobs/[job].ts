import type { APIRoute } from "astro";
import { jsonResponse } from "#http/json.ts";
import { methodNotAllowed } from "#http/problem.ts";
import { eraseDueAccounts } from "#lib/accounts/deletion.ts";
import { AppError } from "#lib/errors.ts";
import { deleteOldRegistrations } from "#lib/operations/queries.ts";
import { sendDueMail } from "#lib/operations/outbox.ts";
import { reconcileOrders } from "#lib/orders/reconcile.ts";
import type { Services } from "#lib/services/index.ts";
import { isSameSecret } from "#lib/tokens.ts";

type Job = (services: Services, now: Date) => Promise<object>;

// Each may be called at any time, twice, and at once with itself.
const JOBS = new Map<string, Job>([
  ["outbox", (services, now) => sendDueMail(services, { now, limit: 50 })],
  ["reconcile", (services, now) => reconcileOrders(services, { now })],
  ["cleanup", cleanUp],
]);

/**
 * Periodic work, called by the companion Worker each minute with JOBS_SECRET. Answers with what was
 * done.
 */
export const POST: APIRoute = async ({ locals, params, request }) => {
  const { services } = locals;
  const expected = `Bearer ${services.environment.JOBS_SECRET}`;
  if (!isSameSecret(request.headers.get("authorization") ?? "", expected))
    throw new AppError("unauthorized", "This address needs a secret.");
  const job = JOBS.get(params.job ?? "");
  if (!job) throw new AppError("not-found", "There is no such job.");
  const work = job(services, new Date());
  // What was begun is ended also when the caller has stopped waiting.
  locals.cfContext.waitUntil(work.catch(() => null));
  const report = await work;
  locals.log("job", { job: params.job, ...report });
  return jsonResponse(report);
};

export const ALL = methodNotAllowed("POST");

// What is old goes first: it needs the database alone.
async function cleanUp(services: Services, now: Date): Promise<object> {
  const old = await deleteOldRegistrations(services.database, now);
  return { ...old, ...(await eraseDueAccounts(services, { now })) };
}
