import type { APIRoute } from "astro";
import { jsonResponse } from "#http/json.ts";
import { methodNotAllowed } from "#http/problem.ts";
import { requireSession } from "#http/guards.ts";
import { AppError } from "#lib/errors.ts";
import { findOrderStatus } from "#lib/orders/queries.ts";
import { isUuid } from "#lib/uuid.ts";

/**
 * The state of the visitor's own order, for a page that waits for it. Anybody else's is not found.
 */
export const GET: APIRoute = async ({ locals, params }) => {
  const { userId } = requireSession({ locals });
  const { order } = params;
  const status = isUuid(order) && (await findOrderStatus(locals.services.database, order, userId));
  if (!status) throw new AppError("not-found", "There is no such order.");
  return jsonResponse({ status });
};

// Astro would answer HEAD with ALL.
export const HEAD = GET;

export const ALL = methodNotAllowed("GET, HEAD");
