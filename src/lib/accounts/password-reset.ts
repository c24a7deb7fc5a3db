import { randomUUID } from "node:crypto";
import { AppError } from "#lib/errors.ts";
import type { Services } from "#lib/services/index.ts";
import { isSameSecret, proof, randomToken, signingSecrets } from "#lib/tokens.ts";
import type { Device } from "./device-words.ts";
import { assertGoodPassword } from "./password-rules.ts";
import { hashPassword } from "./passwords.ts";
import {
  findPasswordReset,
  insertPasswordReset,
  usePasswordReset,
  type PasswordReset,
} from "./reset-queries.ts";
import { endAllSessions } from "./sessions.ts";

/** How long the mailed link works (ASVS V6.5.5). */
export const RESET_TTL_SECONDS = 10 * 60;

/**
 * Has a link mailed with which a new password can be set. Does and answers the same whether or not
 * the address has an account (ASVS V6.3.8). Limits are checked before.
 */
export async function requestPasswordReset(
  services: Pick<Services, "database">,
  email: string,
): Promise<void> {
  await insertPasswordReset(services.database, { id: randomUUID(), email, nonce: randomToken() });
}

/**
 * The token in the mailed link: 256 bits, base64url, stored nowhere. It is bound to the account, its
 * address and its password, so that any change of these ends it.
 */
export function resetToken(secret: string, reset: Omit<PasswordReset, "createdAt" | "name">) {
  const { id, nonce, userId, email, passwordHash } = reset;
  return proof(secret, "password-reset", id, nonce, userId, email, passwordHash).toString(
    "base64url",
  );
}

/** The reset that a link opens, or null when it was used, has run out or is not ours. */
export async function findOpenReset(
  services: Pick<Services, "database" | "environment">,
  link: { id: string; token: string; now: Date },
): Promise<PasswordReset | null> {
  const reset = await findPasswordReset(services.database, link.id);
  if (!reset || link.now.getTime() - reset.createdAt.getTime() > RESET_TTL_SECONDS * 1000)
    return null;
  const isOurs = signingSecrets(services.environment).some((secret) =>
    isSameSecret(link.token, resetToken(secret, reset)),
  );
  return isOurs ? reset : null;
}

/**
 * Sets a new password and ends every session of the account; signs nobody in (ASVS V6.4.3). Throws
 * FieldError for a password that is too easily guessed, AppError "invalid" for a link that can't be
 * used, DependencyError without Redis and before anything was changed.
 */
export async function resetPassword(
  services: Pick<Services, "database" | "redis" | "environment" | "breaches">,
  wish: { id: string; token: string; password: string; device: Device; now: Date },
): Promise<void> {
  const reset = await findOpenReset(services, wish);
  if (!reset) throw usedUp();
  await assertGoodPassword(services, wish.password, reset);
  const hash = await hashPassword(wish.password);
  // Before the change, so that it is not made when the sessions can't be ended; and after it, for a
  // sign-in with the former password in between.
  await endAllSessions(services.redis, reset.userId);
  const isChanged = await usePasswordReset(services.database, {
    id: reset.id,
    former: reset.passwordHash,
    hash,
    device: wish.device,
  });
  if (!isChanged) throw usedUp();
  await endAllSessions(services.redis, reset.userId);
}

function usedUp(): AppError {
  return new AppError("invalid", "This link was used before or has run out.");
}
