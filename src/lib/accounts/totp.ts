import { Secret, TOTP } from "otpauth";
import { randomBytes } from "node:crypto";

// What every authenticator app takes (RFC 6238; ASVS V6.5.5: a code lives for half a minute).
const PARAMETERS = { issuer: "Slipway", algorithm: "SHA1", digits: 6, period: 30 } as const;
/** Codes of the period before and after count too: clocks differ. */
const WINDOW = 1;

/** A new secret: 160 bits as base32, as RFC 4226 recommends. */
export function newTotpSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** What the picture holds that an authenticator reads: an otpauth address. */
export function totpAddress(secret: string, email: string): string {
  return new TOTP({ ...PARAMETERS, label: email, secret: Secret.fromBase32(secret) }).toString();
}

/** The period that a code of six digits belongs to, or null when it is none of now. */
export function findTotpCounter(secret: string, code: string, now: Date): number | null {
  // The library throws at digits of another script.
  if (!/^[0-9]{6}$/.test(code)) return null;
  const totp = new TOTP({ ...PARAMETERS, secret: Secret.fromBase32(secret) });
  const delta = totp.validate({ token: code, timestamp: now.getTime(), window: WINDOW });
  return delta === null ? null : totp.counter({ timestamp: now.getTime() }) + delta;
}

/** The code of a time, as an authenticator shows it. */
export function totpCode(secret: string, now: Date): string {
  const totp = new TOTP({ ...PARAMETERS, secret: Secret.fromBase32(secret) });
  return totp.generate({ timestamp: now.getTime() });
}

const LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";

/**
 * Ten codes for when the authenticator is lost, such as "k7mqp-…": 125 random bits each, so that a
 * plain hash of them may be stored (ASVS V6.5.2).
 */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: 10 }, () => {
    const letters = [...randomBytes(25)].map((byte) => LETTERS[byte % LETTERS.length]);
    return letters.join("").replace(/(.{5})(?!$)/g, "$1-");
  });
}
