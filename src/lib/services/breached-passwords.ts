import { createHash } from "node:crypto";
import { createBreaker } from "./breaker.ts";

/** The list of passwords that were in data breaches: Have I Been Pwned, or one of the same form. */
export interface BreachedPasswords {
  /**
   * Whether the password is on the list. False when there is no answer in 0.7 seconds: nobody is kept
   * from signing up by an outage of others.
   */
  includes(password: string): Promise<boolean>;
}

const PUBLIC_LIST = "https://api.pwnedpasswords.com";
const TIMEOUT_MS = 700;
const MAX_BYTES = 512 * 1024;

const breaker = createBreaker("breached-passwords", { isOutage: () => true });

/**
 * Asks by k-anonymity: only the first five hex digits of the SHA-1 leave, and the padding of the
 * answer hides how many there are (https://haveibeenpwned.com/API/v3#SearchingPwnedPasswordsByRange).
 */
export function openBreachedPasswords(apiBase = PUBLIC_LIST): BreachedPasswords {
  return {
    async includes(password) {
      // SHA-1 is the form of the list and protects nothing here.
      const digest = createHash("sha1").update(password).digest("hex").toUpperCase();
      try {
        const range = await breaker.run(() => fetchRange(apiBase, digest.slice(0, 5)));
        return range
          .split("\n")
          .some((line) => line.startsWith(`${digest.slice(5)}:`) && !/:0\s*$/.test(line));
      } catch {
        return false;
      }
    },
  };
}

async function fetchRange(apiBase: string, prefix: string): Promise<string> {
  const response = await fetch(`${apiBase}/range/${prefix}`, {
    headers: { "Add-Padding": "true", "User-Agent": "slipway" },
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`The list answered ${response.status}`);
  return (await response.text()).slice(0, MAX_BYTES);
}
