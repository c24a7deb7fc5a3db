import { enforceLimits, EVERYBODY, type LimitName } from "#lib/rate-limits.ts";
import type { Services } from "#lib/services/index.ts";
import { signingSecrets } from "#lib/tokens.ts";
import { readKnownDevice } from "./known-device.ts";
import { checkCredentials } from "./sign-in.ts";

export interface SignInAttempt {
  email: string;
  password: string;
  /** The client's address, an IPv6 one by its network. */
  address: string;
  /** What the browser keeps as a known device, if anything; it may be anybody's. */
  device: string | null;
  now: Date;
}

/**
 * The account that the attempt is for. Limits are checked before anything is hashed: a stranger's
 * guesses by account, by address and all together, a known device's by the device alone. Throws
 * RateLimitError, AppError "unauthorized", or DependencyError without Redis, in which no session
 * could be kept anyway.
 */
export async function signIn(
  services: Pick<Services, "database" | "redis" | "environment">,
  attempt: SignInAttempt,
): ReturnType<typeof checkCredentials> {
  const known = knownDevice(services, attempt);
  await enforceLimits(services.redis, limitsOf(attempt, known));
  return checkCredentials(services, attempt);
}

function knownDevice(
  { environment }: Pick<Services, "environment">,
  { email, device, now }: SignInAttempt,
): string | null {
  return device === null ? null : readKnownDevice(signingSecrets(environment), email, device, now);
}

function limitsOf({ email, address }: SignInAttempt, known: string | null): [LimitName, string][] {
  if (known !== null) return [["sign-in-device", known]];
  return [
    ["sign-in-address", address],
    ["sign-in-account", email],
    ["sign-in-all", EVERYBODY],
  ];
}
