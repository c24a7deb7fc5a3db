import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** 256 random bits as base64url: unguessable, safe in a cookie and a URL. */
export function randomToken(): string {
  return randomBytes(32).toString("base64url");
}

/** SHA-256 as hex: what is stored where knowing the stored value must not open anything. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** A keyed proof, bound to its purpose: one made to verify an address can't reset a password. */
export function proof(secret: string, purpose: string, ...parts: string[]): Buffer {
  return createHmac("sha256", secret)
    .update(JSON.stringify([purpose, ...parts]))
    .digest();
}

/** Compares two secrets in a time that does not depend on where they differ. */
export function isSameSecret(given: string, expected: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
