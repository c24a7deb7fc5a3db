import type { APIContext } from "astro";
import type { Session } from "#lib/accounts/sessions.ts";
import { AppError, DependencyError } from "#lib/errors.ts";

type Guarded = Pick<APIContext, "locals">;

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
