import { createHmac } from "node:crypto";
import type Stripe from "stripe";
import type { State } from "./ledger.ts";

/** Where events go, and with which secrets they are signed (one signature for each). */
export interface WebhookEndpoint {
  url: string;
  secrets: string[];
  /** Milliseconds from each failed try to the next; after the last one Stripe gives up. */
  retryDelays?: number[];
}

/** Delivers events to the endpoint, and lets tests stand between. */
export interface Webhooks {
  /** Delivers a new event at once, or keeps it while held. */
  send(event: Stripe.Event): void;
  /** Delivers an event again, whatever became of it before. Resolves when the try is over. */
  resend(eventId: string): Promise<void>;
  /** Keeps new events back, as if Stripe's webhooks were late. */
  hold(): void;
  /** Ends `hold` and delivers what was kept one by one, in order, reversed, or each one twice. */
  release(how?: "in order" | "reversed" | "twice"): Promise<void>;
  /** Changes the address or the secrets. */
  setEndpoint(endpoint: WebhookEndpoint): void;
  /** Resolves when no try is under way; retries that wait are not awaited. */
  settled(): Promise<void>;
  /** Cancels waiting retries and tries under way. */
  close(): Promise<void>;
}

interface WebhookOptions {
  state: State;
  endpoint: WebhookEndpoint;
  log: (line: string) => void;
  /** Called after each try. */
  changed: () => void;
}

const TIMEOUT_MS = 10_000;
const RETRY_DELAYS = [1_000, 5_000, 30_000, 120_000, 600_000];
const KEPT_DELIVERIES = 1_000;

export function createWebhooks(options: WebhookOptions): Webhooks {
  const { state } = options;
  const sender = createSender(options);
  let held: Stripe.Event[] | null = null;
  return {
    ...sender,
    send(event) {
      if (held) held.push(event);
      else void sender.start(event, 1);
    },
    async resend(eventId) {
      const event = state.events.get(eventId);
      if (event) await sender.start(event, lastAttempt(state, eventId) + 1);
    },
    hold() {
      held ??= [];
    },
    async release(how = "in order") {
      const events = held ?? [];
      held = null;
      if (how === "reversed") events.reverse();
      for (const event of events) {
        await sender.start(event, 1);
        if (how === "twice") await sender.start(event, 2);
      }
    },
  };
}

/** Makes single tries, and repeats those that fail. */
interface Sender extends Pick<Webhooks, "setEndpoint" | "settled" | "close"> {
  start(event: Stripe.Event, attempt: number): Promise<void>;
}

function createSender({ state, log, changed, ...options }: WebhookOptions): Sender {
  let endpoint = options.endpoint;
  const closing = new AbortController();
  const underWay = new Set<Promise<void>>();
  const timers = new Set<NodeJS.Timeout>();

  function start(event: Stripe.Event, attempt: number): Promise<void> {
    const work = attemptDelivery(event, attempt).finally(() => underWay.delete(work));
    underWay.add(work);
    return work;
  }

  async function attemptDelivery(event: Stripe.Event, attempt: number): Promise<void> {
    const result = await post(endpoint, event, closing.signal);
    if (closing.signal.aborted) return;
    state.deliveries.push({ eventId: event.id, attempt, at: Date.now(), ...result });
    state.deliveries.splice(0, state.deliveries.length - KEPT_DELIVERIES);
    if (isTaken(result.status)) event.pending_webhooks = 0;
    else {
      log(`Webhook ${event.type} failed: ${result.status ?? result.error ?? ""}`);
      retryLater(event, attempt);
    }
    changed();
  }

  function retryLater(event: Stripe.Event, attempt: number): void {
    const delay = (endpoint.retryDelays ?? RETRY_DELAYS)[attempt - 1];
    if (delay === undefined) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      if (event.pending_webhooks > 0) void start(event, attempt + 1);
    }, delay);
    timers.add(timer.unref());
  }

  return {
    start,
    setEndpoint(next) {
      endpoint = next;
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    async close() {
      closing.abort();
      for (const timer of timers) clearTimeout(timer);
      await Promise.all(underWay);
    },
  };
}

/** The `Stripe-Signature` of a body at a time in Unix seconds, with one `v1` for each secret. */
export function signatureHeader(body: string, secrets: string[], time: number): string {
  const signatures = secrets.map(
    (secret) => `v1=${createHmac("sha256", secret).update(`${time}.${body}`).digest("hex")}`,
  );
  return [`t=${time}`, ...signatures].join(",");
}

async function post(
  { url, secrets }: WebhookEndpoint,
  event: Stripe.Event,
  closing: AbortSignal,
): Promise<{ status: number | null; error: string | null }> {
  const body = JSON.stringify(event, null, 2);
  // The signature has the real time, or the shop would refuse events of an advanced clock.
  const time = Math.floor(Date.now() / 1000);
  try {
    const response = await fetch(url, {
      method: "POST",
      body,
      redirect: "manual",
      signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), closing]),
      headers: {
        "content-type": "application/json; charset=utf-8",
        "stripe-signature": signatureHeader(body, secrets, time),
        "user-agent": "Stripe/1.0 (local stand-in)",
      },
    });
    await response.body?.cancel();
    return { status: response.status, error: null };
  } catch (error) {
    return { status: null, error: describe(error) };
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `no answer in ${TIMEOUT_MS / 1000} s`;
  const { cause } = error;
  return cause instanceof Error && cause.message ? cause.message : error.message;
}

function isTaken(status: number | null): boolean {
  return status !== null && status >= 200 && status < 300;
}

function lastAttempt(state: State, eventId: string): number {
  return state.deliveries.findLast((each) => each.eventId === eventId)?.attempt ?? 0;
}
