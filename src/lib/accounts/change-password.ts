import { randomUUID } from "node:crypto";
import { AppError } from "#lib/errors.ts";
import { enforceLimits } from "#lib/rate-limits.ts";
import type { Services } from "#lib/services/index.ts";
import type { Device } from "./device-words.ts";
import { assertGoodPassword } from "./password-rules.ts";
import { hashPassword, verifyPassword } from "./passwords.ts";
import { changePasswordHash, findPassword } from "./security-queries.ts";
import { endAllSessions } from "./sessions.ts";

/**
 * Gives the hash of a signed-in person's password when `password` is right. Throws RateLimitError
 * before anything is hashed, and AppError "forbidden" when it is wrong (ASVS V7.5.1).
 */
export async function checkOwnPassword(
  services: Pick<Services, "database" | "redis">,
  userId: string,
  password: string,
): Promise<string> {
  await enforceLimits(services.redis, [["password-account", userId]]);
  const stored = await findPassword(services.database, userId);
  if (!stored || !(await verifyPassword(password, stored.passwordHash)))
    throw new AppError("forbidden", "That is not your current password. Nothing was changed.");
  return stored.passwordHash;
}

/**
 * Changes the password of a signed-in person and ends every session of the account: the caller
 * starts a new one. Throws as `checkOwnPassword` does, FieldError for a password that is too easily
 * guessed, and DependencyError without Redis and before anything was changed.
 */
export async function changePassword(
  services: Pick<Services, "database" | "redis" | "breaches">,
  wish: {
    user: { id: string; email: string; name: string };
    current: string;
    password: string;
    device: Device;
  },
): Promise<void> {
  const { user, device } = wish;
  const former = await checkOwnPassword(services, user.id, wish.current);
  await assertGoodPassword(services, wish.password, user);
  const hash = await hashPassword(wish.password);
  // Before the change, so that it is not made when the sessions can't be ended; and after it, for a
  // sign-in with the former password in between.
  await endAllSessions(services.redis, user.id);
  const change = { userId: user.id, former, hash, device, noticeId: randomUUID() };
  if (!(await changePasswordHash(services.database, change)))
    throw new AppError("conflict", "The password was changed elsewhere just now.");
  await endAllSessions(services.redis, user.id);
}
