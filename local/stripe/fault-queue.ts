import type { ServerResponse } from "node:http";
import { createRandom } from "./random.ts";

/** What can go wrong with a request of the API, on demand. */
const FAULT_KINDS = [
  "402",
  "409",
  "429",
  "500",
  "503",
  "reset",
  "hang",
  "lost-answer",
  "stale-answer",
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/**
 * A fault that waits for its requests:
 * - 402 and 500 are stored under the idempotency key and come again with it, as at Stripe;
 * - 409 says that the key is in use, 429 asks to wait a second, 503 is an outage;
 * - reset ends the connection before any work, lost-answer after it;
 * - hang gives no answer until the caller leaves or the faults are cleared;
 * - stale-answer answers a GET as it was before the last change, or before `changes` changes.
 */
export interface InjectedFault {
  kind: FaultKind;
  /** Such as `POST /v1/checkout/sessions` or `GET /v1/refunds/:id`; any request without one. */
  operation?: string;
  /** How many requests it meets; 1 when left out, null until the faults are cleared. */
  times?: number | null;
  /** The chance to meet a request, from 0 to 1; 1 when left out. */
  probability?: number;
  changes?: number;
}

/** The faults that wait, in the order they were given. */
export interface FaultQueue {
  /** Adds a fault. Throws RangeError when it is not well formed. */
  inject(fault: InjectedFault): void;
  /** Gives the fault that meets this request, counting it, or null. */
  take(method: string, path: string): InjectedFault | null;
  /** Resolves when the caller has left or the faults are cleared. */
  hang(response: ServerResponse): Promise<void>;
  /** The faults that still wait. */
  list(): InjectedFault[];
  /** Forgets every fault and lets requests that hang go. */
  clear(): void;
  /** Starts the random numbers anew: the same seed meets the same requests. */
  seed(number: number): void;
}

export function createFaultQueue(): FaultQueue {
  let random = createRandom(1);
  let waiting: (InjectedFault & { left: number })[] = [];
  const hanging = new Set<() => void>();
  return {
    inject(fault) {
      check(fault);
      const { times = 1 } = fault;
      waiting.push({ ...fault, left: times ?? Number.POSITIVE_INFINITY });
    },
    take(method, path) {
      const fault = waiting.find(
        (each) => meets(each, method, path) && random() < (each.probability ?? 1),
      );
      if (!fault) return null;
      fault.left -= 1;
      waiting = waiting.filter(({ left }) => left > 0);
      return fault;
    },
    hang: (response) =>
      new Promise((resolve) => {
        const end = (): void => {
          hanging.delete(end);
          resolve();
        };
        hanging.add(end);
        response.once("close", end);
      }),
    list: () =>
      waiting.map(({ left, ...fault }) => ({
        ...fault,
        times: left === Number.POSITIVE_INFINITY ? null : left,
      })),
    clear() {
      waiting = [];
      for (const end of [...hanging]) end();
    },
    seed(number) {
      random = createRandom(number);
    },
  };
}

function check({ kind, operation, times = 1, probability = 1, changes = 1 }: InjectedFault): void {
  if (!FAULT_KINDS.includes(kind))
    throw new RangeError(`kind: one of ${FAULT_KINDS.join(", ")} is expected.`);
  if (operation !== undefined && !/^(GET|POST|DELETE) \/v1\/\S+$/.test(operation))
    throw new RangeError('operation: a method and a path such as "GET /v1/refunds/:id".');
  if (times !== null && !isCount(times))
    throw new RangeError("times: a whole number from 1, or null for no end.");
  if (!isCount(changes)) throw new RangeError("changes: a whole number from 1.");
  if (typeof probability !== "number" || !(probability >= 0 && probability <= 1))
    throw new RangeError("probability: a number from 0 to 1.");
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) > 0;
}

function meets({ kind, operation }: InjectedFault, method: string, path: string): boolean {
  if (kind === "stale-answer" && method !== "GET") return false;
  if (operation === undefined) return true;
  const steps = operation.split(/[ /]/);
  const asked = `${method} ${path}`.split(/[ /]/);
  return (
    steps.length === asked.length &&
    steps.every((step, index) => step.startsWith(":") || step === asked[index])
  );
}
