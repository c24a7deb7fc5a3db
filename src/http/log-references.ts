import type { Environment } from "#lib/environment.ts";
import { rememberLatest } from "#lib/remember-latest.ts";
import { proof } from "#lib/tokens.ts";

type Secret = Pick<Environment, "JWT_SECRET">;

/**
 * What the log calls a person: the same in every line, and worth nothing to who has the log alone
 * (ASVS V16.2.1, V16.2.5).
 */
export function personReference(environment: Secret, userId: string): string {
  return reference(environment, "log-person", userId);
}

/** What the log calls a client's address. There are few addresses: only the key hides which it is. */
export function clientReference(environment: Secret, address: string): string {
  return reference(environment, "log-client", address);
}

// Who asks once asks again, and an HMAC is a tenth of what a small answer costs.
const MOST_KEPT = 1_000;
const kept = new Map<string, string>();

function reference({ JWT_SECRET }: Secret, purpose: string, value: string): string {
  const slot = `${JWT_SECRET} ${purpose} ${value}`;
  const known = kept.get(slot) ?? proof(JWT_SECRET, purpose, value).toString("hex").slice(0, 16);
  rememberLatest(kept, slot, known, MOST_KEPT);
  return known;
}
