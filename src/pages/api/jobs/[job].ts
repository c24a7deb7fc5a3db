import type { APIRoute } from "astro";
import { jsonResponse } from "#http/json.ts";
import { noteFailure } from "#http/note-refusal.ts";
import { methodNotAllowed } from "#http/problem.ts";
import { reportError } from "#http/report.ts";
import { eraseDueAccounts } from "#lib/accounts/deletion.ts";
import { AppError, type NoteBug } from "#lib/errors.ts";
import { deleteOldRegistrations } from "#lib/operations/queries.ts";
import { sendDueMail } from "#lib/operations/outbox.ts";
import { reconcileOrders } from "#lib/orders/reconcile.ts";
import type { Services } from "#lib/services/index.ts";
import { isSameSecret } from "#lib/tokens.ts";

type Job = (services: Services, options: { now: Date; noteBug: NoteBug }) => Promise<object>;

// Each may be called at any time, twice, and at once with itself.
const JOBS = new Map<string, Job>([
  ["outbox", (services, options) => sendDueMail(services, { ...options, limit: 50 })],
  ["reconcile", reconcileOrders],
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
  const noteBug = noteBugOf(locals, params.job ?? "");
  const work = job(services, { now: new Date(), noteBug });
  // What was begun is ended also when the caller has stopped waiting.
  locals.cfContext.waitUntil(work.catch(() => null));
  const report = await work;
  locals.log("job", { job: params.job, ...report });
  return jsonResponse(report);
};

export const ALL = methodNotAllowed("POST");

// A job that goes on after a bug answers 200: nobody would hear of it.
function noteBugOf(locals: App.Locals, job: string): NoteBug {
  return (error, about) => {
    noteFailure({ locals }, error, { job, ...about });
    reportError({ locals }, error, `job ${job}`, about);
  };
}

// What is old goes first: it needs the database alone.
async function cleanUp(services: Services, { now }: { now: Date }): Promise<object> {
  const old = await deleteOldRegistrations(services.database, now);
  return { ...old, ...(await eraseDueAccounts(services, { now })) };
}
