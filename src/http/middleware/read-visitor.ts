import { defineMiddleware } from "astro:middleware";
import type { APIContext } from "astro";
import { readTyped } from "#http/form.ts";
import { showLookedAt } from "#http/look.ts";
import { noteFailure } from "#http/note-refusal.ts";
import { deleteSessionCookie, readSessionCookie } from "#http/session-cookie.ts";
import { readSession, type Session } from "#lib/accounts/sessions.ts";
import { DependencyError } from "#lib/errors.ts";

/** Who is asking, and what they typed: one Redis call, and none without a cookie. */
export const readVisitor = defineMiddleware(async (context, next) => {
  const { locals, request } = context;
  if (context.isPrerendered || locals.problem) return next();
  locals.session = await findSession(context);
  if (locals.session?.look) await showLookedAt(context, locals.session);
  const typed = await readTyped(request);
  if (typed) locals.form = Object.fromEntries(typed);
  return next();
});

async function findSession({ locals, cookies }: APIContext): Promise<Session | null> {
  const id = readSessionCookie(cookies);
  if (!id) return null;
  try {
    const session = await readSession(locals.services.redis, id, new Date());
    if (!session) deleteSessionCookie(cookies);
    return session;
  } catch (error) {
    // Signed out for this page only: the cookie stays, and works again when Redis does.
    if (!(error instanceof DependencyError)) throw error;
    noteFailure({ locals }, error);
    locals.isSessionUnknown = true;
    return null;
  }
}
