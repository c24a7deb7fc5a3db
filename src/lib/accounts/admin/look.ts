import { AppError } from "#lib/errors.ts";
import type { Services } from "#lib/services/index.ts";
import { findAccount, type Account } from "../account-queries.ts";
import { updateSession, type Session } from "../sessions.ts";
import { insertLook } from "./look-queries.ts";
import { STAFF_DEVICE } from "./staff-device.ts";

/** How long staff sees an account as its owner does. */
export const LOOK_SECONDS = 15 * 60;

/** Whose session it is: its id, and what is in it. */
interface OpenSession {
  sessionId: string;
  session: Session;
}

/**
 * Lets a session of staff see an account as its owner does, for LOOK_SECONDS. It is written down
 * first. Throws AppError "conflict" for accounts of staff, and "not-found".
 */
export async function startLook(
  { database, redis }: Pick<Services, "database" | "redis">,
  request: OpenSession & { personId: string; reason: string; now: Date },
): Promise<void> {
  const { sessionId, session, personId, reason, now } = request;
  const person = await findAccount(database, personId);
  if (!person || person.erasedAt) throw new AppError("not-found", "There is no such account.");
  const { userId: actorId } = session;
  const look = { personId, actorId, reason, device: STAFF_DEVICE.name, now };
  if (person.role !== "learner" || !(await insertLook(database, look)))
    throw new AppError("conflict", "Accounts of the shop's staff can't be looked at.");
  const until = now.getTime() + LOOK_SECONDS * 1000;
  await updateSession(redis, sessionId, { ...session, look: { userId: personId, until } });
}

/** Ends the look: the session shows its own account again. */
export async function endLook(
  { redis }: Pick<Services, "redis">,
  { sessionId, session }: OpenSession,
): Promise<void> {
  if (!session.look) throw new AppError("conflict", "You are looking at nobody's account.");
  await updateSession(redis, sessionId, { ...session, look: null });
}

/**
 * The account that a session of staff is looking at, as it is at this moment; null when the time is
 * over, who looks is of the staff no more, or the account may not be looked at any more.
 */
export async function findLookedAt(
  { database }: Pick<Services, "database">,
  { userId, look }: Session,
  now: Date,
): Promise<Account | null> {
  if (!look || look.until <= now.getTime()) return null;
  const [staff, person] = await Promise.all([
    findAccount(database, userId),
    findAccount(database, look.userId),
  ]);
  if (!staff || staff.role === "learner" || staff.lockedAt) return null;
  return person?.role === "learner" && !person.erasedAt ? person : null;
}
