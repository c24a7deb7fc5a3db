import { AppError } from "#lib/errors.ts";
import type { Services } from "#lib/services/index.ts";
import { deleteTotpFactor } from "../factor-queries.ts";
import { endSessionsByStaff } from "./end-sessions.ts";
import { findPerson, updatePersonByAct, type PersonAct } from "./person-queries.ts";
import { STAFF_DEVICE } from "./staff-device.ts";

/** What an admin does to an account, and why. */
export interface PersonRequest {
  personId: string;
  act: PersonAct;
  reason: string;
  actorId: string;
  now: Date;
}

/**
 * Does an act of staff to an account: it is written down first, so that none goes unseen. A locked
 * account signs in nowhere, and its sessions end. May be repeated after a failure half-way. Throws
 * AppError for an account that is not there, or one's own; DependencyError without Redis.
 */
export async function actOnPerson(
  services: Pick<Services, "database" | "redis">,
  request: PersonRequest,
): Promise<void> {
  const { database } = services;
  const { personId, act, actorId } = request;
  if (personId === actorId)
    throw new AppError("conflict", "This is your own account: use your security page.");
  if (!(await findPerson(database, personId)))
    throw new AppError("not-found", "There is no such account.");
  await updatePersonByAct(database, request);
  if (act === "person.remove-second-factor") {
    const change = { userId: personId, device: STAFF_DEVICE, noticeId: crypto.randomUUID() };
    await deleteTotpFactor(database, change);
  }
  if (act === "person.unlock") return;
  await endSessionsByStaff(services, personId);
}
