import { AppError } from "#lib/errors.ts";
import { RateLimitError } from "#lib/rate-limits.ts";

const TITLES: Record<number, string> = {
  400: "Bad request",
  401: "Not signed in",
  403: "Not allowed",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  413: "Body too large",
  415: "Unsupported media type",
  429: "Too many requests",
  500: "Internal error",
  503: "Service unavailable",
};

// Registered by draft-ietf-httpapi-ratelimit-headers.
const QUOTA_EXCEEDED = "https://iana.org/assignments/http-problem-types#quota-exceeded";

interface Problem {
  status: number;
  /** What kind of problem it is, as an address; "about:blank" says no more than the status. */
  type?: string;
  detail?: string;
  requestId?: string;
  /** The limits that were met, where the type is QUOTA_EXCEEDED. */
  "violated-policies"?: string[];
  /** Input fields that are wrong, and what is wrong with each. */
  errors?: Record<string, string[]>;
  headers?: Record<string, string>;
}

/** An error for machines (RFC 9457), never cached. */
export function problemResponse(problem: Problem): Response {
  const { status, type = "about:blank", headers, ...details } = problem;
  const title = TITLES[status] ?? "Error";
  return new Response(JSON.stringify({ type, title, status, ...details }), {
    status,
    headers: {
      "Content-Type": "application/problem+json",
      "Cache-Control": "no-store",
      ...headers,
    },
  });
}

/** The problem that an AppError is. */
export function problemOf(error: AppError, requestId: string): Response {
  return problemResponse({
    status: error.status,
    detail: error.message,
    requestId,
    headers: retryAfter(error),
    ...(error instanceof RateLimitError && {
      type: QUOTA_EXCEEDED,
      "violated-policies": error.refusals.map(({ name }) => name),
    }),
  });
}

/** The Retry-After header of an error that names a time. */
function retryAfter(error: AppError): Record<string, string> {
  return error.retryAfterSeconds ? { "Retry-After": String(error.retryAfterSeconds) } : {};
}

/** An endpoint's `ALL`: answers every method that the endpoint does not export. */
export function methodNotAllowed(allow: string): () => Response {
  return () => problemResponse({ status: 405, headers: { Allow: allow } });
}
