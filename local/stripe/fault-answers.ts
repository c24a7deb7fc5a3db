import { ApiError } from "./api-error.ts";
import type { Fault } from "../faults.ts";
import { unauthorized } from "./authentication.ts";
import type { FaultKind } from "./fault-queue.ts";
import { keyInUse } from "./idempotency.ts";

/** The error that a fault of one request answers; null when the fault is of another kind. */
export function faultAnswer(kind: FaultKind, idempotencyKey: string | null): ApiError | null {
  switch (kind) {
    case "402":
      return new ApiError(402, {
        type: "card_error",
        code: "card_declined",
        message: "Your card was declined.",
      });
    case "409":
      return keyInUse(idempotencyKey ?? "");
    case "429":
      return tooMany();
    case "500":
      return broken(500);
    case "503":
      return broken(503);
    default:
      return null;
  }
}

/** Whether Stripe stores the answer under the idempotency key: work had begun. */
export function isStored(kind: FaultKind): boolean {
  return kind === "402" || kind === "500";
}

/** Throws what the whole service answers under a fault of the stack; `calls` counts requests. */
export function refuseByFault(fault: Fault | null, calls: number): void {
  if (fault === "errors" && calls % 2 === 1) throw broken(500);
  if (fault === "credentials") throw unauthorized("Invalid API Key provided: sk_test_****");
  if (fault === "full") throw tooMany();
}

function broken(status: number): ApiError {
  return new ApiError(status, {
    type: "api_error",
    message: "Something went wrong on Stripe's end.",
  });
}

function tooMany(): ApiError {
  return new ApiError(
    429,
    {
      type: "invalid_request_error",
      code: "rate_limit",
      message: "Request rate limit exceeded.",
    },
    { "retry-after": "1" },
  );
}
