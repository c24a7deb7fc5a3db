import { randomUUID } from "node:crypto";
import { AppError, FieldError } from "#lib/errors.ts";
import { violates } from "#lib/services/database.ts";
import type { Services } from "#lib/services/index.ts";
import { isSameSecret, proof, randomToken, signingSecrets } from "#lib/tokens.ts";
import { checkOwnPassword } from "./change-password.ts";
import type { Device } from "./device-words.ts";
import {
  completeEmailChange,
  findEmailChange,
  insertEmailChange,
  type EmailChange,
} from "./email-change-queries.ts";
import type { User } from "./queries.ts";
import { LINK_TTL_SECONDS } from "./registration.ts";
import { endAllSessions } from "./sessions.ts";

/**
 * Begins the move of an account to another address: mails a link to it and tells the one it has. The
 * same happens here when the new address has an account; only its mail differs. Throws AppError
 * "forbidden" without the right password, RateLimitError before it is hashed.
 */
export async function requestEmailChange(
  services: Pick<Services, "database" | "redis">,
  wish: { userId: string; email: string; newEmail: string; password: string; device: Device },
): Promise<void> {
  if (wish.newEmail === wish.email)
    throw new FieldError("email", "This is the address of your account already.");
  await checkOwnPassword(services, wish.userId, wish.password);
  await insertEmailChange(services.database, {
    id: randomUUID(),
    userId: wish.userId,
    newEmail: wish.newEmail,
    nonce: randomToken(),
    device: wish.device,
  });
}

/**
 * The token in the link to the new address: 256 bits, base64url, stored nowhere. It ends with any
 * change of the account's address or password.
 */
export function emailChangeToken(
  secret: string,
  change: Omit<EmailChange, "createdAt" | "name" | "isTaken">,
): string {
  const { id, nonce, newEmail, userId, email, passwordHash } = change;
  const parts = [id, nonce, newEmail, userId, email, passwordHash];
  return proof(secret, "email-change", ...parts).toString("base64url");
}

/** The move that a link completes for this person, or null when it can't be used. */
export async function findOpenEmailChange(
  services: Pick<Services, "database" | "environment">,
  link: { id: string; token: string; userId: string; now: Date },
): Promise<EmailChange | null> {
  const change = await findEmailChange(services.database, link.id);
  if (!change || change.userId !== link.userId || change.isTaken) return null;
  if (link.now.getTime() - change.createdAt.getTime() > LINK_TTL_SECONDS * 1000) return null;
  const isOurs = signingSecrets(services.environment).some((secret) =>
    isSameSecret(link.token, emailChangeToken(secret, change)),
  );
  return isOurs ? change : null;
}

/**
 * Completes the move for the person who is signed in, and ends every session of the account: the
 * caller starts a new one with what is given back. Throws AppError "invalid" for a link that can't
 * be used, DependencyError without Redis and before anything was changed.
 */
export async function confirmEmailChange(
  services: Pick<Services, "database" | "redis" | "environment">,
  link: { id: string; token: string; userId: string; device: Device; now: Date },
): Promise<User> {
  const change = await findOpenEmailChange(services, link);
  if (!change) throw usedUp();
  await endAllSessions(services.redis, link.userId);
  const user = await complete(services, change, link.device);
  if (!user) throw usedUp();
  await endAllSessions(services.redis, link.userId);
  return user;
}

async function complete(
  services: Pick<Services, "database">,
  { id, email }: EmailChange,
  device: Device,
): Promise<User | null> {
  try {
    return await completeEmailChange(services.database, { id, email, device });
  } catch (error) {
    if (violates(error, "users_email_key")) return null;
    throw error;
  }
}

function usedUp(): AppError {
  return new AppError(
    "invalid",
    "This link was used before or has run out. Please ask for another.",
  );
}
