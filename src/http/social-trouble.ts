import { AppError, DependencyError } from "#lib/errors.ts";
import { SocialRefusal } from "#lib/services/social.ts";

const WORDS = {
  expired: "That took more than ten minutes, or was begun in another browser. Please begin again.",
  cancelled: "You cancelled there. Nothing was changed.",
  refused: "The answer that came back could not be trusted. Please try again.",
  unavailable: "The provider does not answer. Try again in a moment, or sign in another way.",
  unproved:
    "Your e-mail address is not confirmed there. Confirm it there, or make an account with a " +
    "password.",
  locked: "This account is locked. Write to us to have it opened.",
  taken: "It is connected already: to another account, or another one of its kind to yours.",
} as const;

/** Why a sign-in by another provider ended, as the address of the page that says so names it. */
export type SocialTroubleCode = keyof typeof WORDS;

/** What is said about it; null for an address that names none. */
export function socialTroubleWords(code: string | null): string | null {
  return code !== null && Object.hasOwn(WORDS, code) ? WORDS[code as SocialTroubleCode] : null;
}

/** The trouble that an error is, or null when it is none that belongs on the page. */
export function socialTroubleOf(error: unknown): SocialTroubleCode | null {
  if (error instanceof SocialRefusal) return error.trouble;
  if (error instanceof DependencyError)
    return ["google", "github"].includes(error.dependency) ? "unavailable" : null;
  if (!(error instanceof AppError)) return null;
  const codes: Partial<Record<AppError["code"], SocialTroubleCode>> = {
    unauthorized: "expired",
    invalid: "unproved",
    forbidden: "locked",
    conflict: "taken",
  };
  return codes[error.code] ?? null;
}
