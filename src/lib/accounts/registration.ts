import { isSameSecret, proof } from "#lib/tokens.ts";

/** A code is typed at once; a link waits in a mailbox. */
export const CODE_TTL_SECONDS = 10 * 60;
export const LINK_TTL_SECONDS = 24 * 60 * 60;
/** Wrong codes after which only a new sign-up helps: 5 guesses at a million codes. */
export const MAX_CODE_ATTEMPTS = 5;

export interface RegistrationProof {
  id: string;
  nonce: string;
}

/** The six digits that are mailed. Made from the key each time, so they are stored nowhere. */
export function registrationCode(secret: string, registration: RegistrationProof): string {
  const bytes = proof(secret, "registration-code", registration.id, registration.nonce);
  return String(bytes.readUInt32BE(0) % 1_000_000).padStart(6, "0");
}

/** The token in the mailed link: 256 bits, base64url. */
export function registrationToken(secret: string, registration: RegistrationProof): string {
  return proof(secret, "registration-link", registration.id, registration.nonce).toString(
    "base64url",
  );
}

interface ProvedRegistration extends RegistrationProof {
  attempts: number;
  createdAt: Date;
}

/** Whether the code proves the address. `secrets` are the current key and, in rotation, the former. */
export function isRightCode(
  secrets: string[],
  registration: ProvedRegistration,
  code: string,
  now: Date,
): boolean {
  if (registration.attempts >= MAX_CODE_ATTEMPTS) return false;
  if (isOlderThan(registration, CODE_TTL_SECONDS, now)) return false;
  return secrets.some((secret) => isSameSecret(code, registrationCode(secret, registration)));
}

/** Whether the link's token proves the address. */
export function isRightToken(
  secrets: string[],
  registration: ProvedRegistration,
  token: string,
  now: Date,
): boolean {
  if (isOlderThan(registration, LINK_TTL_SECONDS, now)) return false;
  return secrets.some((secret) => isSameSecret(token, registrationToken(secret, registration)));
}

function isOlderThan(registration: ProvedRegistration, seconds: number, now: Date): boolean {
  return now.getTime() - registration.createdAt.getTime() > seconds * 1000;
}
