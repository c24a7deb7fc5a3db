import type { Environment } from "#lib/environment.ts";
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

function reference({ JWT_SECRET }: Secret, purpose: string, value: string): string {
  return proof(JWT_SECRET, purpose, value).toString("hex").slice(0, 16);
}
