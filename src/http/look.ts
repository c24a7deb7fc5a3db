import type { APIContext } from "astro";
import { findLookedAt } from "#lib/accounts/admin/look.ts";
import type { Session } from "#lib/accounts/sessions.ts";
import { AppError } from "#lib/errors.ts";

// What staff may see of an account: pages that show it and change nothing. Neither what sets a way in
// up, nor the file of all that is kept. A new page is closed until it is named here.
const OPEN_ROUTES = new Set([
  "/",
  "/404",
  "/account",
  "/account/notifications",
  "/account/security",
  "/api/health",
  "/contact",
  "/courses",
  "/courses/[course]",
  "/courses/[course]/[lesson]",
  "/learn",
  "/orders/[order]",
  "/orders/[order]/receipt",
  "/privacy",
  "/refunds",
  "/terms",
]);
const OPEN_ACTIONS = new Set(["endLook", "signOut"]);
// What the pages report of themselves: it names nobody.
const REPORTS = new Set(["/api/errors", "/api/vitals"]);

/**
 * While a session of staff looks at an account, its pages show that account, and nothing can be done.
 * What ends the look is done as who they are. Throws AppError "forbidden" for all else.
 */
export async function showLookedAt(context: APIContext, session: Session): Promise<void> {
  const { locals, request, routePattern } = context;
  const isSafe = ["GET", "HEAD"].includes(request.method);
  if (!isSafe && (OPEN_ACTIONS.has(actionOf(context)) || REPORTS.has(routePattern))) return;
  const now = new Date();
  const person = await findLookedAt(locals.services, session, now);
  if (!person || !session.look) return;
  const { id: userId, name, email, role } = person;
  locals.look = { personId: userId, name, email, until: new Date(session.look.until) };
  // Nothing of who looks: above all no second factor, which is what staff's pages ask for.
  locals.session = {
    userId,
    name,
    email,
    role,
    createdAt: session.createdAt,
    device: null,
    isSecondFactorUsed: false,
    deletionDueAt: null,
    look: null,
  };
  if (isSafe && OPEN_ROUTES.has(routePattern)) return;
  throw new AppError(
    "forbidden",
    isSafe
      ? "This page is closed while you look at somebody's account."
      : "Nothing can be done while you look at somebody's account. End the look first.",
    { event: "look-refused" },
  );
}

// As Astro reads it: an action's own address goes before the one in the query.
function actionOf({ routePattern, url }: APIContext): string {
  if (routePattern.startsWith("/_actions")) return url.pathname.replace(/^\/_actions\//, "");
  return url.searchParams.get("_action") ?? "";
}
