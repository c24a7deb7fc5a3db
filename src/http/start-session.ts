import type { APIContext } from "astro";
import type { User } from "#lib/accounts/queries.ts";
import { createSession, endSession } from "#lib/accounts/sessions.ts";
import { describeDevice } from "./device.ts";
import { readSessionCookie, writeSessionCookie } from "./session-cookie.ts";

/**
 * Signs a person in on this browser. Always with a new id: one that was planted before, or was worth
 * less, opens nothing afterwards (ASVS V7.2.4). Throws DependencyError without Redis.
 */
export async function startSession(
  { cookies, locals, request }: Pick<APIContext, "cookies" | "locals" | "request">,
  user: User & { isSecondFactorUsed?: boolean },
): Promise<void> {
  const { services, session } = locals;
  const former = readSessionCookie(cookies);
  // Who has typed a code here keeps what it is worth when the session is only renewed.
  const isKept = session?.userId === user.id && session.isSecondFactorUsed;
  const person = { ...user, isSecondFactorUsed: user.isSecondFactorUsed ?? isKept };
  const id = await createSession(services.redis, person, new Date(), describeDevice(request));
  if (former && session) await endSession(services.redis, former, session.userId);
  writeSessionCookie(cookies, id);
}
