import type { APIContext } from "astro";
import { findAccount } from "#lib/accounts/account-queries.ts";
import type { Role } from "#lib/accounts/queries.ts";
import type { Session } from "#lib/accounts/sessions.ts";
import { AppError, DependencyError } from "#lib/errors.ts";

type Guarded = Pick<APIContext, "locals">;

/**
 * The admin who is asking. Throws as `requireStaff` does, and AppError "forbidden" for support. Every
 * action of staff that changes anything asks this.
 */
export async function requireAdmin(context: Guarded): Promise<Session> {
  const session = await requireStaff(context);
  if (session.role !== "admin")
    throw new AppError("forbidden", "Support may read, and this is for admins.");
  return session;
}

/**
 * The admin, or who does support, that is asking. The role is that of this moment and not of the
 * session: it is asked for each time, so that who is dismissed or locked is out at once. Throws as
 * `requireSession` does for a visitor, AppError "not-found" for a learner, who need not know that
 * there is such a page, and "forbidden" without a second factor (ASVS V6.3.3).
 */
export async function requireStaff(context: Guarded): Promise<Session> {
  const { locals } = context;
  const session = requireSession(context);
  const role = await findRole(locals, session);
  if (role === "learner")
    throw new AppError("not-found", "There is no such page.", { event: "access-refused" });
  if (!session.isSecondFactorUsed)
    throw new AppError(
      "forbidden",
      "Staff needs a second factor. Set it up under Account, Security, or sign in with it.",
    );
  locals.session = { ...session, role };
  return locals.session;
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

async function findRole({ services }: Guarded["locals"], { userId }: Session): Promise<Role> {
  const account = await findAccount(services.database, userId);
  return !account || account.lockedAt || account.erasedAt ? "learner" : account.role;
}
