import type { Services } from "#lib/services/index.ts";
import { insertSecurityEvent } from "../security-queries.ts";
import { endAllSessions } from "../sessions.ts";
import { STAFF_DEVICE } from "./staff-device.ts";

/**
 * Ends every session of a person by the shop's staff, and shows them so. A session holds what the
 * account was when it began, its role with it: whatever changes that ends them. May be repeated after
 * a failure half-way. Throws DependencyError without Redis.
 */
export async function endSessionsByStaff(
  { database, redis }: Pick<Services, "database" | "redis">,
  userId: string,
): Promise<void> {
  await endAllSessions(redis, userId);
  const event = { userId, kind: "all-sessions-ended", device: STAFF_DEVICE } as const;
  await insertSecurityEvent(database, event);
}
