/** The `error` part of an answer in Stripe's shape. */
export interface ErrorBody {
  type: "invalid_request_error" | "idempotency_error" | "api_error" | "card_error";
  message: string;
  code?: string;
  param?: string;
}

/** An answer of the API that is an error: status, body and extra headers. */
export class ApiError extends Error {
  readonly status: number;
  readonly body: ErrorBody;
  readonly headers: Record<string, string>;

  constructor(status: number, body: ErrorBody, headers: Record<string, string> = {}) {
    super(body.message);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** A 400 about one parameter (`line_items[0][quantity]`). */
export function invalidParameter(param: string, message: string, code?: string): ApiError {
  const body: ErrorBody = { type: "invalid_request_error", message, param };
  return new ApiError(400, code ? { ...body, code } : body);
}

/** A 404 for an id in the path; a 400 when a parameter other than `id` names what is missing. */
export function missingResource(noun: string, id: string, param = "id"): ApiError {
  return new ApiError(param === "id" ? 404 : 400, {
    type: "invalid_request_error",
    code: "resource_missing",
    message: `No such ${noun}: '${id}'`,
    param,
  });
}
