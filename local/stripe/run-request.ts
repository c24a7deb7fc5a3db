import { setTimeout as pause } from "node:timers/promises";
import { describeError, type Answer } from "./answer.ts";
import { ApiError, invalidParameter } from "./api-error.ts";
import { EXPAND } from "./contract.ts";
import { checkExpand, expand } from "./expand.ts";
import { faultAnswer, isStored } from "./fault-answers.ts";
import type { InjectedFault } from "./fault-queue.ts";
import { decodeForm, type FormTree } from "./form.ts";
import type { History } from "./history.ts";
import { createIdempotency } from "./idempotency.ts";
import type { Ledger } from "./ledger.ts";
import type { Operation } from "./operations.ts";
import { readParameters } from "./read-parameters.ts";

/** A request of the API that has been understood, but not yet its parameters. */
export interface ApiRequest {
  id: string;
  operation: Operation;
  resourceId: string;
  form: string;
  livemode: boolean;
  idempotencyKey: string | null;
  fault: InjectedFault | null;
}

interface RunnerOptions {
  ledger: Ledger;
  history: History;
  baseUrl: string;
  latency: () => number;
}

/** Runs requests: one with an idempotency key once, and then its answer comes again. */
export function createRunner(options: RunnerOptions): (request: ApiRequest) => Promise<Answer> {
  const idempotency = createIdempotency(options.ledger);
  return async function runOnce(request: ApiRequest): Promise<Answer> {
    const { idempotencyKey, operation, resourceId, form, livemode } = request;
    if (idempotencyKey === null || operation.method !== "POST") return run(options, request);
    const key = `${livemode ? "live" : "test"}:${idempotencyKey}`;
    const stored = idempotency.begin(key, `${operation.path} ${resourceId} ${form}`);
    if (stored) {
      const headers = { "idempotent-replayed": "true", "original-request": stored.requestId };
      return { status: stored.status, body: stored.body, headers };
    }
    let answer: Answer | null = null;
    try {
      answer = await run(options, request);
      return answer;
    } finally {
      // A refused request may be corrected and sent again with its key: no refusal is kept.
      idempotency.end(key, answer && { ...answer, requestId: request.id });
    }
  };
}

async function run(options: RunnerOptions, request: ApiRequest): Promise<Answer> {
  const { ledger, history, baseUrl, latency } = options;
  if (latency() > 0) await pause(latency());
  const { operation, fault, idempotencyKey } = request;
  const { expand: paths = [], ...params } = read(operation, request.form);
  checkExpand(operation, paths);
  const refusal = fault && faultAnswer(fault.kind, idempotencyKey);
  if (refusal && !isStored(fault.kind)) throw refusal;
  if (refusal) return describeError(refusal);
  const answer = (from: Ledger): string => {
    const { resourceId: id, livemode } = request;
    const cause = { id: request.id, idempotency_key: idempotencyKey };
    const call = { ledger: from, params: params as never, id, livemode, baseUrl, cause };
    return JSON.stringify(expand(from, operation.run(call), paths), null, 2);
  };
  if (fault?.kind === "stale-answer" && operation.method === "GET")
    return { status: 200, body: answerFromThePast(answer, ledger, history, fault.changes ?? 1) };
  return { status: 200, body: answer(ledger) };
}

/** The answer before it changed `changes` times, or the oldest one known. */
function answerFromThePast(
  answer: (ledger: Ledger) => string,
  ledger: Ledger,
  history: History,
  changes: number,
): string {
  let found = answer(ledger);
  let left = changes;
  for (const state of history.past()) {
    const before = answerOrNull(() => answer({ ...ledger, state }));
    // What was not there yet cannot be answered late.
    if (before === null || left === 0) break;
    if (before === found) continue;
    found = before;
    left -= 1;
  }
  return found;
}

function answerOrNull(work: () => string): string | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof ApiError) return null;
    throw error;
  }
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
