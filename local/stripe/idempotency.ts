import { createHash } from "node:crypto";
import { ApiError } from "./api-error.ts";
import { now, type Ledger, type StoredAnswer } from "./ledger.ts";

const LIFE_SECONDS = 24 * 3600;

/** What the keys of the requests in hand are checked against. */
export interface Idempotency {
  /**
   * Gives the stored answer of the key, or null when the request must be run. Throws when the key
   * came with another request (400) or its first request is still in hand (409).
   */
  begin(key: string, request: string): StoredAnswer | null;
  /** Ends the request; an answer given here is replayed for 24 hours of the virtual clock. */
  end(key: string, answer: Omit<StoredAnswer, "fingerprint" | "created"> | null): void;
}

export function createIdempotency(ledger: Ledger): Idempotency {
  const { answers } = ledger.state;
  const inHand = new Map<string, string>();
  return {
    begin(key, request) {
      const fingerprint = createHash("sha256").update(request).digest("hex");
      const stored = answers.get(key);
      const known = stored && now(ledger) - stored.created < LIFE_SECONDS ? stored : null;
      const first = known?.fingerprint ?? inHand.get(key);
      if (first !== undefined && first !== fingerprint) throw mismatch(key);
      if (inHand.has(key)) throw keyInUse(withoutScope(key));
      if (!known) inHand.set(key, fingerprint);
      return known;
    },
    end(key, answer) {
      const fingerprint = inHand.get(key) ?? "";
      inHand.delete(key);
      if (answer) answers.set(key, { ...answer, fingerprint, created: now(ledger) });
    },
  };
}

/** What Stripe answers while the first request with the key is in hand. */
export function keyInUse(key: string): ApiError {
  return new ApiError(409, {
    type: "idempotency_error",
    code: "idempotency_key_in_use",
    message: `Another request with the idempotent key '${key}' is still in progress.`,
  });
}

function mismatch(key: string): ApiError {
  return new ApiError(400, {
    type: "idempotency_error",
    message: `Keys for idempotent requests can only be used with the same parameters they were first used with: '${withoutScope(key)}' came with others.`,
  });
}

// The caller puts the account before the key: the modes have keys of their own.
function withoutScope(key: string): string {
  return key.slice(key.indexOf(":") + 1);
}
