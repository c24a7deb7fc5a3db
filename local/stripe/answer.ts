import type { IncomingMessage, ServerResponse } from "node:http";
import { ApiError } from "./api-error.ts";
import { BodyTooLarge } from "./request.ts";

/** What the API answers to a request. */
export interface Answer {
  status: number;
  body: string;
  headers?: Record<string, string>;
}

/** Sends the answer with the headers that Stripe adds. */
export function send(
  request: IncomingMessage,
  response: ServerResponse,
  id: string,
  { status, body, headers }: Answer,
): void {
  response.writeHead(status, {
    "content-type": "application/json",
    "request-id": id,
    "cache-control": "no-cache, no-store",
    ...echo(request, "idempotency-key"),
    ...echo(request, "stripe-version"),
    ...headers,
  });
  response.end(body);
}

/** The answer that tells of an error, in Stripe's shape. */
export function describeError(error: unknown): Answer {
  if (error instanceof ApiError)
    return { status: error.status, body: errorJson(error.body), headers: error.headers };
  if (error instanceof BodyTooLarge)
    return {
      status: 413,
      body: errorJson({ type: "invalid_request_error", message: "The request is too large." }),
    };
  return { status: 500, body: errorJson({ type: "api_error", message: String(error) }) };
}

function errorJson(error: ApiError["body"]): string {
  const docUrl = error.code && {
    doc_url: `https://stripe.com/docs/error-codes/${error.code.replaceAll("_", "-")}`,
  };
  return JSON.stringify({ error: { ...error, ...docUrl } }, null, 2);
}

function echo(request: IncomingMessage, name: string): Record<string, string> {
  const value = request.headers[name];
  return typeof value === "string" ? { [name]: value } : {};
}
