import type Stripe from "stripe";
import type { Delivery, State } from "./ledger.ts";
import { postEvent } from "./webhook-post.ts";
import { hears, secretsAt } from "./webhook-endpoints.ts";

/** Where events go, and with which secrets they are signed (one signature for each). */
export interface WebhookEndpoint {
  url: string;
  secrets: string[];
  /** Milliseconds from each failed try to the next; after the last one Stripe gives up. */
  retryDelays?: number[];
}

/** Makes single tries, and repeats those that fail. */
export interface Sender {
  /** Tries each endpoint that hears of the event; `again` also those that have taken it. */
  start(event: Stripe.Event, again?: boolean): Promise<void>;
  /** Changes the address or the secrets of the endpoint that the stack is started with. */
  setEndpoint(endpoint: WebhookEndpoint): void;
  /** Resolves when no try is under way; retries that wait are not awaited. */
  settled(): Promise<void>;
  /** Cancels waiting retries and tries under way. */
  close(): Promise<void>;
}

export interface SenderOptions {
  state: State;
  endpoint: WebhookEndpoint;
  log: (line: string) => void;
  /** Called after each try. */
  changed: () => void;
}

const RETRY_DELAYS = [1_000, 5_000, 30_000, 120_000, 600_000];
const KEPT_DELIVERIES = 1_000;
const CONFIGURED = "configured";

export function createSender(options: SenderOptions): Sender {
  const { state, log, changed } = options;
  let configured = options.endpoint;
  const closing = new AbortController();
  const underWay = new Set<Promise<void>>();
  const timers = new Set<NodeJS.Timeout>();

  function addressOf(endpointId: string): { url: string; secrets: string[] } | null {
    if (endpointId === CONFIGURED) return configured;
    const kept = state.webhookEndpoints.get(endpointId);
    if (kept?.endpoint.status !== "enabled") return null;
    const time = Math.floor(Date.now() / 1000) + state.clockOffset;
    return { url: kept.endpoint.url, secrets: secretsAt(kept, time) };
  }

  function attempt(event: Stripe.Event, endpointId: string, number: number): Promise<void> {
    const work = deliver(event, endpointId, number).finally(() => underWay.delete(work));
    underWay.add(work);
    return work;
  }

  async function deliver(event: Stripe.Event, endpointId: string, number: number): Promise<void> {
    const address = addressOf(endpointId);
    if (!address) return;
    const result = await postEvent(address, event, closing.signal);
    if (closing.signal.aborted) return;
    keep(state, { eventId: event.id, endpointId, attempt: number, at: Date.now(), ...result });
    if (!isTaken(result.status)) {
      log(`Webhook ${event.type} failed: ${result.status ?? result.error ?? ""}`);
      retryLater(event, endpointId, number);
    }
    event.pending_webhooks = listPending(state, event).length;
    changed();
  }

  function retryLater(event: Stripe.Event, endpointId: string, number: number): void {
    const delay = (configured.retryDelays ?? RETRY_DELAYS)[number - 1];
    if (delay === undefined) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      if (!hasTaken(state, event, endpointId)) void attempt(event, endpointId, number + 1);
    }, delay);
    timers.add(timer.unref());
  }

  return {
    async start(event, again = false) {
      const endpoints = again ? listHearing(state, event) : listPending(state, event);
      event.pending_webhooks = listPending(state, event).length;
      await Promise.all(
        endpoints.map((id) => attempt(event, id, lastAttempt(state, event.id, id) + 1)),
      );
    },
    setEndpoint(next) {
      configured = next;
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

function keep({ deliveries }: State, delivery: Delivery): void {
  deliveries.push(delivery);
  deliveries.splice(0, deliveries.length - KEPT_DELIVERIES);
}

// The endpoint of the stack hears of everything, in both modes: that is how it is configured.
function listHearing(state: State, event: Stripe.Event): string[] {
  const kept = [...state.webhookEndpoints].filter(([, endpoint]) => hears(endpoint, event));
  return [CONFIGURED, ...kept.map(([id]) => id)];
}

function listPending(state: State, event: Stripe.Event): string[] {
  return listHearing(state, event).filter((id) => !hasTaken(state, event, id));
}

function hasTaken({ deliveries }: State, { id }: Stripe.Event, endpointId: string): boolean {
  return deliveries.some(
    (each) => each.eventId === id && isOf(each, endpointId) && isTaken(each.status),
  );
}

function lastAttempt({ deliveries }: State, eventId: string, endpointId: string): number {
  const last = deliveries.findLast((each) => each.eventId === eventId && isOf(each, endpointId));
  return last?.attempt ?? 0;
}

// Deliveries kept by an older version name no endpoint.
function isOf(delivery: { endpointId?: string }, endpointId: string): boolean {
  return (delivery.endpointId ?? CONFIGURED) === endpointId;
}

function isTaken(status: number | null): boolean {
  return status !== null && status >= 200 && status < 300;
}
