import { AppError } from "#lib/errors.ts";
import { enforceLimits } from "#lib/rate-limits.ts";
import type { Services } from "#lib/services/index.ts";
import { seal, sha256, signingSecrets, unseal } from "#lib/tokens.ts";
import {
  confirmTotpFactor,
  deleteTotpFactor,
  findTotpFactor,
  updateRecoveryCode,
  updateTotpCounter,
  upsertTotpFactor,
} from "./factor-queries.ts";
import type { Device } from "./device-words.ts";
import { findTotpCounter, newRecoveryCodes, newTotpSecret, totpAddress } from "./totp.ts";

type FactorServices = Pick<Services, "database" | "redis" | "environment">;

/** What a person types as a proof of their authenticator. */
export interface FactorProof {
  userId: string;
  /** Six digits, or a recovery code; spaces and dashes don't count. */
  code: string;
  now: Date;
}

/** How far an account is with its authenticator. */
export type FactorState =
  | { kind: "none" }
  /** Begun: the secret is shown until a code of it is typed. */
  | { kind: "begun"; secret: string; address: string }
  | { kind: "on"; since: Date; recoveryCodesLeft: number };

const PURPOSE = "totp-secret";

/** The state of an account's authenticator. */
export async function findFactorState(
  { database, environment }: Pick<Services, "database" | "environment">,
  { userId, email }: { userId: string; email: string },
): Promise<FactorState> {
  const factor = await findTotpFactor(database, userId);
  if (!factor) return { kind: "none" };
  const { confirmedAt: since, recoveryCodesLeft } = factor;
  if (since) return { kind: "on", since, recoveryCodesLeft };
  const secret = unseal(signingSecrets(environment), PURPOSE, factor.sealedSecret);
  return { kind: "begun", secret, address: totpAddress(secret, email) };
}

/** Begins to set an authenticator up, with a new secret. One that is on stays as it is. */
export async function beginSecondFactor(
  { database, environment }: Pick<Services, "database" | "environment">,
  { userId, now }: { userId: string; now: Date },
): Promise<void> {
  const sealedSecret = seal(environment.JWT_SECRET, PURPOSE, newTotpSecret());
  await upsertTotpFactor(database, { userId, sealedSecret, now });
}

/**
 * Turns the authenticator on with its first code, and gives the recovery codes: they are shown this
 * once. Throws AppError when the code is wrong or there is nothing to turn on.
 */
export async function confirmSecondFactor(
  services: FactorServices,
  { userId, code, device, now }: FactorProof & { device: Device },
): Promise<string[]> {
  const { database, redis, environment } = services;
  await enforceLimits(redis, [["second-factor-account", userId]]);
  const factor = await findTotpFactor(database, userId);
  if (!factor || factor.confirmedAt)
    throw new AppError("conflict", "There is no authenticator to turn on. Please begin again.");
  const { sealedSecret } = factor;
  const secret = unseal(signingSecrets(environment), PURPOSE, sealedSecret);
  const counter = findTotpCounter(secret, plain(code), now);
  if (counter === null) throw wrongCode();
  const codes = newRecoveryCodes();
  const codeHashes = codes.map(hashOf);
  const change = { userId, device, noticeId: crypto.randomUUID() };
  if (!(await confirmTotpFactor(database, { ...change, sealedSecret, counter, codeHashes, now })))
    throw new AppError("conflict", "The authenticator changed meanwhile. Please look again.");
  return codes;
}

/**
 * Checks the second factor: each code counts once, five tries in a quarter of an hour. Throws
 * AppError "unauthorized" when it is wrong or used, and RateLimitError.
 */
export async function checkSecondFactor(
  services: FactorServices,
  { userId, code, now }: FactorProof,
): Promise<void> {
  const { database, redis, environment } = services;
  await enforceLimits(redis, [["second-factor-account", userId]]);
  const factor = await findTotpFactor(database, userId);
  if (!factor?.confirmedAt) throw wrongCode();
  const typed = plain(code);
  const secret = unseal(signingSecrets(environment), PURPOSE, factor.sealedSecret);
  const counter = findTotpCounter(secret, typed, now);
  const isTaken =
    counter === null
      ? await updateRecoveryCode(database, { userId, codeHash: hashOf(typed), now })
      : await updateTotpCounter(database, { userId, counter });
  if (!isTaken) throw wrongCode();
}

/** Turns the authenticator off, proved by a last code of it. Throws as `checkSecondFactor` does. */
export async function turnSecondFactorOff(
  services: FactorServices,
  proof: FactorProof & { device: Device },
): Promise<void> {
  await checkSecondFactor(services, proof);
  const { userId, device } = proof;
  await deleteTotpFactor(services.database, { userId, device, noticeId: crypto.randomUUID() });
}

function plain(code: string): string {
  return code.replace(/[\s-]/g, "").toLowerCase();
}

function hashOf(code: string): string {
  return sha256(`recovery-code:${plain(code)}`);
}

function wrongCode(): AppError {
  return new AppError("unauthorized", "This code is wrong, too old, or was used before.", {
    event: "second-factor-failed",
  });
}
