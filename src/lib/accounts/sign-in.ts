import { AppError } from "#lib/errors.ts";
import type { Services } from "#lib/services/index.ts";
import { hashPassword, needsRehash, verifyPassword } from "./passwords.ts";
import {
  findUserByEmail,
  updatePasswordHash,
  type User,
  type UserWithPassword,
} from "./queries.ts";

/**
 * The account that address and password belong to. Throws AppError "unauthorized" with one message for every
 * reason, and "forbidden" to who knows the password of an account that is locked. Rate limits are checked before this is called: hashing is what an attacker would have us pay for.
 */
export async function checkCredentials(
  services: Pick<Services, "database">,
  credentials: { email: string; password: string },
): Promise<User & Pick<UserWithPassword, "hasSecondFactor" | "passwordChangedAt">> {
  const user = await findUserByEmail(services.database, credentials.email);
  const isRight = await verifyPassword(credentials.password, user?.passwordHash ?? null);
  if (!user || !isRight)
    throw new AppError("unauthorized", "That e-mail address and password don't belong together.", {
      event: "sign-in-failed",
    });
  // Said only to who knows the password: nobody else learns that there is an account.
  if (user.isLocked)
    throw new AppError("forbidden", "This account is locked. Write to us to have it opened.", {
      event: "sign-in-failed",
    });
  if (needsRehash(user.passwordHash))
    await updatePasswordHash(services.database, {
      userId: user.id,
      former: user.passwordHash,
      hash: await hashPassword(credentials.password),
    });
  const { id, email, name, role, hasSecondFactor, passwordChangedAt } = user;
  return { id, email, name, role, hasSecondFactor, passwordChangedAt };
}
