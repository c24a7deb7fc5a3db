import type { APIRoute } from "astro";
import { jsonResponse } from "#http/json.ts";
import { methodNotAllowed } from "#http/problem.ts";
import { checkHealth } from "#lib/operations/health.ts";
import { isSameSecret } from "#lib/tokens.ts";

/**
 * Whether the shop can do its work: 200 for pass and warn, 503 for fail (draft-inadarei-api-health-check). Who shows the
 * operator's token (`Authorization: Bearer …`) sees each check.
 */
export const GET: APIRoute = async ({ locals, request }) => {
  const { services } = locals;
  const { status, checks } = await checkHealth(services, { now: new Date() });
  const given = request.headers.get("authorization")?.replace(/^Bearer /, "") ?? "";
  const isOperator = isSameSecret(given, services.environment.OPERATOR_TOKEN);
  return jsonResponse(
    { status, releaseId: __RELEASE_ID__, ...(isOperator && { checks }) },
    {
      status: status === "fail" ? 503 : 200,
      headers: { "Content-Type": "application/health+json" },
    },
  );
};

// Astro would answer HEAD with ALL.
export const HEAD = GET;

export const ALL = methodNotAllowed("GET, HEAD");
