import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  randomBytes,
  timingSafeEqual,
} from "node:crypto";

/** 256 random bits as base64url: unguessable, safe in a cookie and a URL. */
export function randomToken(): string {
  return randomBytes(32).toString("base64url");
}

/** SHA-256 as hex: what is stored where knowing the stored value must not open anything. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** The keys that may have made a proof: the one in use and, in rotation, the former. */
export function signingSecrets(environment: {
  JWT_SECRET: string;
  JWT_SECRET_PREVIOUS?: string | undefined;
}): string[] {
  const { JWT_SECRET, JWT_SECRET_PREVIOUS } = environment;
  return [JWT_SECRET, ...(JWT_SECRET_PREVIOUS ? [JWT_SECRET_PREVIOUS] : [])];
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

/** Encrypts a text for one purpose with AES-256-GCM: who has the stored value alone reads nothing. */
export function seal(secret: string, purpose: string, text: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", proof(secret, "seal", purpose), iv);
  const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return [iv, sealed, cipher.getAuthTag()].map((part) => part.toString("base64url")).join(".");
}

/** Gives back what was sealed with one of the secrets. Throws when none of them fits. */
export function unseal(secrets: string[], purpose: string, value: string): string {
  const [iv, sealed, tag] = value.split(".").map((part) => Buffer.from(part, "base64url"));
  if (!iv || !sealed || tag?.length !== 16) throw new Error("This is no sealed value.");
  for (const secret of secrets) {
    try {
      const decipher = createDecipheriv("aes-256-gcm", proof(secret, "seal", purpose), iv);
      decipher.setAuthTag(tag);
      return Buffer.concat([decipher.update(sealed), decipher.final()]).toString("utf8");
    } catch {
      // Sealed with the other secret, or changed.
    }
  }
  throw new Error("The sealed value fits none of the secrets.");
}
