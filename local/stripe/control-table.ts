import { ControlError, readControlBody, type FieldTypes, type Values } from "./control-fields.ts";
import type { Controls } from "./controls.ts";
import type { FaultKind, FaultQueue, InjectedFault } from "./fault-queue.ts";
import { RELEASES, type Release } from "./webhooks.ts";

/** What controls work on. */
export interface ControlParts {
  controls: Controls;
  faultQueue: FaultQueue;
}

/** A control as it is called over HTTP. */
export interface Control {
  fields: FieldTypes;
  /** Does what the JSON body asks; throws ControlError, RangeError or ApiError. */
  run(parts: ControlParts, body: string): unknown;
}

const SESSION = { session: "text" } as const;
const DISPUTE = { dispute: "text" } as const;
// A charge or a payment intent.
const PAYMENT = { id: "text", amount: "number?" } as const;

/** Every control by the last part of its address. */
export const CONTROLS: Readonly<Record<string, Control>> = {
  pay: control({ ...SESSION, card: "text?" }, ({ controls }, { session, card }) =>
    controls.pay(session, card),
  ),
  authenticate: control({ ...SESSION, passed: "boolean" }, ({ controls }, { session, passed }) =>
    controls.authenticate(session, passed),
  ),
  "pay-by-transfer": control(SESSION, ({ controls }, { session }) =>
    controls.payByTransfer(session),
  ),
  settle: control({ ...SESSION, arrived: "boolean" }, ({ controls }, { session, arrived }) =>
    controls.settle(session, arrived),
  ),
  cancel: control(SESSION, ({ controls }, { session }) => controls.cancel(session)),
  expire: control(SESSION, ({ controls }, { session }) => controls.expire(session)),

  refund: control(PAYMENT, ({ controls }, { id, amount }) => controls.refund(id, amount)),
  "pending-refund": control(PAYMENT, ({ controls }, { id, amount }) =>
    controls.pendingRefund(id, amount),
  ),
  "succeed-refund": control({ refund: "text" }, ({ controls }, { refund }) =>
    controls.succeedRefund(refund),
  ),
  "fail-refund": control({ refund: "text", reason: "text?" }, ({ controls }, { refund, reason }) =>
    controls.failRefund(refund, reason),
  ),

  dispute: control(
    { id: "text", reason: "text?", amount: "number?", inquiry: "boolean?" },
    ({ controls }, { id, ...terms }) => controls.dispute(id, terms),
  ),
  "win-dispute": control(DISPUTE, ({ controls }, { dispute }) => controls.winDispute(dispute)),
  "lose-dispute": control(DISPUTE, ({ controls }, { dispute }) => controls.loseDispute(dispute)),
  "escalate-dispute": control(DISPUTE, ({ controls }, { dispute }) =>
    controls.escalateDispute(dispute),
  ),
  "close-dispute": control(DISPUTE, ({ controls }, { dispute }) => controls.closeDispute(dispute)),

  "create-promotion": control(
    { code: "text", percentOff: "number?", amountOff: "number?", currency: "text?" },
    ({ controls }, promotion) => controls.createPromotion(promotion),
  ),
  "apply-promotion": control({ ...SESSION, code: "text" }, ({ controls }, { session, code }) =>
    controls.applyPromotion(session, code),
  ),
  "set-address": control(
    { ...SESSION, address: "object?", taxId: "text?" },
    ({ controls }, { session, address = {}, taxId }) =>
      controls.setAddress(session, address, taxId),
  ),

  advance: control({ seconds: "number" }, ({ controls }, { seconds }) => {
    if (seconds < 0) throw new ControlError("seconds: time only goes forward.");
    controls.advance(seconds);
  }),
  latency: control({ milliseconds: "number" }, ({ controls }, { milliseconds }) => {
    controls.latency = milliseconds;
  }),
  hold: control({}, ({ controls }) => controls.webhooks.hold()),
  release: control({ how: "text?", seed: "number?" }, ({ controls }, { how, seed }) =>
    controls.webhooks.release(releaseOf(how), seed),
  ),
  resend: control({ event: "text" }, ({ controls }, { event }) => {
    if (!controls.state.events.has(event)) throw new RangeError(`event: there is no ${event}.`);
    return controls.webhooks.resend(event);
  }),
  settled: control({}, ({ controls }) => controls.webhooks.settled()),
  "roll-secret": control(
    { endpoint: "text", overlapSeconds: "number?" },
    ({ controls }, { endpoint, overlapSeconds = 24 * 3600 }) =>
      controls.webhooks.rollSecret(endpoint, overlapSeconds),
  ),

  "inject-fault": control(
    {
      kind: "text",
      operation: "text?",
      times: "number or null?",
      probability: "number?",
      changes: "number?",
    },
    inject,
  ),
  "list-faults": control({}, ({ faultQueue }) => faultQueue.list()),
  "clear-faults": control({}, ({ faultQueue }) => faultQueue.clear()),
  "seed-faults": control({ seed: "number" }, ({ faultQueue }, { seed }) => faultQueue.seed(seed)),
};

function control<T extends FieldTypes>(
  fields: T,
  run: (parts: ControlParts, values: Values<T>) => unknown,
): Control {
  return { fields, run: (parts, body) => run(parts, readControlBody(fields, body)) };
}

function inject(
  { faultQueue }: ControlParts,
  { kind, ...fault }: Omit<InjectedFault, "kind"> & { kind: string },
): void {
  try {
    // The queue refuses a kind it does not know.
    faultQueue.inject({ ...fault, kind: kind as FaultKind });
  } catch (error) {
    throw new ControlError(error instanceof Error ? error.message : String(error));
  }
}

function releaseOf(how: string | undefined): Release | undefined {
  const known = RELEASES.find((each) => each === how);
  if (how !== undefined && !known) throw new ControlError(`how: one of ${RELEASES.join(", ")}.`);
  return known;
}
