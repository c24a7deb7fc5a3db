import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { Fault, Faults } from "../faults.ts";
import { ApiError, invalidParameter } from "./api-error.ts";
import { readMode, unauthorized } from "./authentication.ts";
import { EXPAND } from "./contract.ts";
import { checkExpand, expand } from "./expand.ts";
import { decodeForm, type FormTree } from "./form.ts";
import { createIdempotency } from "./idempotency.ts";
import { newId } from "./ids.ts";
import type { Ledger } from "./ledger.ts";
import { OPERATIONS, type Operation } from "./operations.ts";
import { readParameters } from "./read-parameters.ts";
import { BodyTooLarge, readBody } from "./request.ts";

interface ApiOptions {
  ledger: Ledger;
  faults: Faults;
  /** Where hosted pages are. */
  baseUrl: string;
  /** How long each request takes, in milliseconds. */
  latency: () => number;
}

// Faults that have a shape of Stripe's own: the library reads the body.
const OWN_FAULTS = new Set(["errors", "credentials", "full"]);

interface ApiRequest {
  id: string;
  operation: Operation;
  resourceId: string;
  form: string;
  livemode: boolean;
  idempotencyKey: string | null;
}

interface Answer {
  status: number;
  body: string;
  headers?: Record<string, string>;
}

/** Answers a request below `/v1` as Stripe's API does. */
export type Api = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export function createApi({ ledger, faults, baseUrl, latency }: ApiOptions): Api {
  const idempotency = createIdempotency(ledger);
  let calls = 0;

  async function run(request: ApiRequest): Promise<Answer> {
    if (latency() > 0) await pause(latency());
    const { operation, livemode } = request;
    const { expand: paths = [], ...params } = read(operation, request.form);
    checkExpand(operation, paths);
    const answer = operation.run({
      ledger,
      params: params as never,
      id: request.resourceId,
      livemode,
      baseUrl,
      cause: { id: request.id, idempotency_key: request.idempotencyKey },
    });
    return { status: 200, body: JSON.stringify(expand(ledger, answer, paths), null, 2) };
  }

  async function runOnce(request: ApiRequest): Promise<Answer> {
    const { idempotencyKey, operation, resourceId, form, livemode } = request;
    if (idempotencyKey === null || operation.method !== "POST") return run(request);
    const key = `${livemode ? "live" : "test"}:${idempotencyKey}`;
    const stored = idempotency.begin(key, `${operation.path} ${resourceId} ${form}`);
    if (stored) {
      const headers = { "idempotent-replayed": "true", "original-request": stored.requestId };
      return { status: stored.status, body: stored.body, headers };
    }
    let answer: Answer | null = null;
    try {
      answer = await run(request);
      return answer;
    } finally {
      // A refused request may be corrected and sent again with its key: only success is kept.
      idempotency.end(key, answer && { ...answer, requestId: request.id });
    }
  }

  async function answerTo(request: IncomingMessage, id: string): Promise<Answer> {
    const url = new URL(request.url ?? "/", baseUrl);
    calls += 1;
    refuseByFault(faults.get("stripe"), calls);
    const { livemode } = readMode(request);
    const { operation, resourceId } = findOperation(request.method ?? "GET", url.pathname);
    const body = await readBody(request);
    const form = operation.method === "GET" ? url.search.slice(1) : body;
    const idempotencyKey = String(request.headers["idempotency-key"] ?? "") || null;
    return runOnce({ id, operation, resourceId, form, livemode, idempotencyKey });
  }

  return async function handle(request, response) {
    const isOurs = OWN_FAULTS.has(faults.get("stripe") ?? "");
    if (!isOurs && (await faults.guard("stripe", request, response)) === "handled") return;
    const id = newId("req", 14);
    const { status, body, headers } = await answerTo(request, id).catch(describeError);
    response.writeHead(status, {
      "content-type": "application/json",
      "request-id": id,
      "cache-control": "no-cache, no-store",
      ...echo(request, "idempotency-key"),
      ...echo(request, "stripe-version"),
      ...headers,
    });
    response.end(body);
  };
}

function refuseByFault(fault: Fault | null, calls: number): void {
  if (fault === "errors" && calls % 2 === 1)
    throw new ApiError(500, {
      type: "api_error",
      message: "Something went wrong on Stripe's end.",
    });
  if (fault === "credentials") throw unauthorized("Invalid API Key provided: sk_test_****");
  if (fault === "full")
    throw new ApiError(
      429,
      {
        type: "invalid_request_error",
        code: "rate_limit",
        message: "Request rate limit exceeded.",
      },
      { "retry-after": "1" },
    );
}

function findOperation(method: string, path: string): { operation: Operation; resourceId: string } {
  for (const operation of OPERATIONS) {
    const pattern = new RegExp(`^${operation.path.replace(":id", "([^/]+)")}$`);
    const match = operation.method === method ? pattern.exec(path) : null;
    if (match) return { operation, resourceId: match[1] ?? "" };
  }
  throw new ApiError(404, {
    type: "invalid_request_error",
    message: `Unrecognized request URL (${method}: ${path}).`,
  });
}

function read({ method, path, fields }: Operation, form: string): { expand?: string[] } {
  let tree: Map<string, FormTree>;
  try {
    tree = decodeForm(form);
  } catch (error) {
    if (error instanceof RangeError)
      throw invalidParameter(error.message, `Invalid parameter name: ${error.message}`);
    throw error;
  }
  const isUpdate = method === "POST" && path.endsWith("/:id");
  return readParameters({ ...EXPAND, ...fields }, tree, isUpdate);
}

function describeError(error: unknown): Answer {
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
