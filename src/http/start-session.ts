import type { APIContext } from "astro";
import { findAccount } from "#lib/accounts/account-queries.ts";
import { createSession, endSession } from "#lib/accounts/sessions.ts";
import { AppError } from "#lib/errors.ts";
import { describeDevice } from "./device.ts";
import { personReference } from "./log-references.ts";
import { readSessionCookie, writeSessionCookie } from "./session-cookie.ts";

/**
 * Signs a person in on this browser, as the account is at this moment: every way in ends here.
 * Always with a new id: one that was planted before, or was worth less, opens nothing afterwards
 * (ASVS V7.2.4). Throws AppError for an account that is locked or erased, DependencyError without
 * Redis.
 */
export async function startSession(
  { cookies, locals, request }: Pick<APIContext, "cookies" | "locals" | "request">,
  user: { id: string; isSecondFactorUsed?: boolean },
): Promise<void> {
  const { services, session } = locals;
  const account = await findAccount(services.database, user.id);
  if (!account || account.erasedAt) throw new AppError("unauthorized", "There is no such account.");
  if (account.lockedAt)
    throw new AppError("forbidden", "This account is locked. Write to us to have it opened.");
  const former = readSessionCookie(cookies);
  // Who has typed a code here keeps what it is worth when the session is only renewed.
  const isKept = session?.userId === user.id && session.isSecondFactorUsed;
  const person = { ...account, isSecondFactorUsed: user.isSecondFactorUsed ?? isKept };
  const id = await createSession(services.redis, person, new Date(), describeDevice(request));
  if (former && session) await endSession(services.redis, former, session.userId);
  writeSessionCookie(cookies, id);
  const event = session?.userId === user.id ? "session-renewed" : "signed-in";
  locals.log(event, { person: personReference(services.environment, user.id) }, "info");
}
