import type { IncomingMessage, ServerResponse } from "node:http";
import type { Faults } from "../faults.ts";
import { describeError, send, type Answer } from "./answer.ts";
import { ApiError } from "./api-error.ts";
import { readMode } from "./authentication.ts";
import { refuseByFault } from "./fault-answers.ts";
import type { FaultQueue, InjectedFault } from "./fault-queue.ts";
import type { History } from "./history.ts";
import { newId } from "./ids.ts";
import type { Ledger } from "./ledger.ts";
import { OPERATIONS, type Operation } from "./operations.ts";
import { readBody } from "./request.ts";
import { createRunner } from "./run-request.ts";

interface ApiOptions {
  ledger: Ledger;
  faults: Faults;
  faultQueue: FaultQueue;
  history: History;
  /** Where hosted pages are. */
  baseUrl: string;
  /** How long each request takes, in milliseconds. */
  latency: () => number;
}

// Faults that have a shape of Stripe's own: the library reads the body.
const OWN_FAULTS = new Set(["errors", "credentials", "full"]);

/** Answers a request below `/v1` as Stripe's API does. */
export type Api = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export function createApi(options: ApiOptions): Api {
  const { faults, faultQueue, baseUrl } = options;
  const run = createRunner(options);
  let calls = 0;

  async function answerTo(
    request: IncomingMessage,
    id: string,
    fault: InjectedFault | null,
  ): Promise<Answer> {
    const url = new URL(request.url ?? "/", baseUrl);
    calls += 1;
    refuseByFault(faults.get("stripe"), calls);
    const { livemode } = readMode(request);
    const { operation, resourceId } = findOperation(request.method ?? "GET", url.pathname);
    const body = await readBody(request);
    const form = operation.method === "GET" ? url.search.slice(1) : body;
    const idempotencyKey = String(request.headers["idempotency-key"] ?? "") || null;
    return run({ id, operation, resourceId, form, livemode, idempotencyKey, fault });
  }

  return async function handle(request, response) {
    const isOurs = OWN_FAULTS.has(faults.get("stripe") ?? "");
    if (!isOurs && (await faults.guard("stripe", request, response)) === "handled") return;
    const { pathname } = new URL(request.url ?? "/", baseUrl);
    const fault = faultQueue.take(request.method ?? "GET", pathname);
    if (fault?.kind === "hang") await faultQueue.hang(response);
    if (fault?.kind === "hang" || fault?.kind === "reset") {
      request.socket.destroy();
      return;
    }
    const id = newId("req", 14);
    const answer = await answerTo(request, id, fault).catch(describeError);
    if (fault?.kind === "lost-answer") request.socket.destroy();
    else send(request, response, id, answer);
  };
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
