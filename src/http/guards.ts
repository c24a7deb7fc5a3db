import type { APIContext } from "astro";
import type { Session } from "#lib/accounts/sessions.ts";
import { AppError, DependencyError } from "#lib/errors.ts";

type Guarded = Pick<APIContext, "locals">;

/**
 * The admin who is asking. Throws as `requireSession` does for a visitor, AppError "not-found" for a
 * learner, who need not know that there is such a page, and "forbidden" for an admin who signed in
 * without a second factor (ASVS V6.3.3).
 */
export function requireAdmin(context: Guarded): Session {
  const session = requireSession(context);
  if (session.role !== "admin") throw new AppError("not-found", "There is no such page.");
  if (!session.isSecondFactorUsed)
    throw new AppError(
      "forbidden",
      "Admins need a second factor. Set it up under Account, Security, or sign in with it.",
    );
  return session;
}

/**
 * Who is signed in. Throws AppError "unauthorized" for a visitor, and DependencyError when Redis is silent: then
 * nobody is sent to sign in again. The same call works in pages, endpoints and actions.
 */
export function requireSession({ locals }: Guarded): Session {
  if (locals.session) return locals.session;
  if (locals.isSessionUnknown)
    throw new DependencyError("redis", new Error("session not readable"));
  throw new AppError("unauthorized", "Please sign in first.");
}
