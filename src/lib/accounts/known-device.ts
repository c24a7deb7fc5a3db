import { isSameSecret, proof, randomToken } from "#lib/tokens.ts";

/** How long a browser stays known after its last sign-in. */
export const KNOWN_DEVICE_SECONDS = 180 * 24 * 60 * 60;

/**
 * What a browser keeps to be known as one that this account signed in with before. It opens
 * nothing: guesses from it are counted apart from those of strangers, so that nobody can lock the
 * owner out (OWASP, "device cookies").
 */
export function issueKnownDevice(secret: string, email: string, now: Date): string {
  const device = randomToken();
  const issuedAt = now.getTime().toString(36);
  return `${device}.${issuedAt}.${sign(secret, email, device, issuedAt)}`;
}

/**
 * The device's own id, when `value` was issued for this account and is not too old; otherwise null.
 * `secrets` are the current key and, in rotation, the former.
 */
export function readKnownDevice(
  secrets: string[],
  email: string,
  value: string,
  now: Date,
): string | null {
  const [device = "", issuedAt = "", signature = "", ...rest] = value.split(".");
  if (rest.length > 0) return null;
  const isOurs = secrets.some((secret) =>
    isSameSecret(signature, sign(secret, email, device, issuedAt)),
  );
  if (!isOurs) return null;
  const ageMs = now.getTime() - parseInt(issuedAt, 36);
  return ageMs <= KNOWN_DEVICE_SECONDS * 1000 ? device : null;
}

function sign(secret: string, email: string, device: string, issuedAt: string): string {
  return proof(secret, "known-device", email, device, issuedAt).toString("base64url");
}
