import { setTimeout as pause } from "node:timers/promises";
import { signatureHeader } from "#local/stripe/webhooks.ts";
import { control, type World } from "./world.ts";

/** Stands between Stripe and the shop: takes every event once and passes it on as it pleases. */
export interface Deliveries {
  /** Copies that reached the shop, and those that got no 2xx. */
  counts: { events: number; delivered: number; failed: number };
  /** Resolves when every copy of what Stripe has sent by now was tried. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

const LANES = 6;
const WAIT_MS = 50;
const LIST_EVERY_MS = 250;

/** Keeps Stripe's events back; each goes to the shop one to five times, in any order. */
export async function interceptWebhooks(world: World): Promise<Deliveries> {
  await control(world, "hold");
  const waiting: string[] = [];
  const counts = { events: 0, delivered: 0, failed: 0 };
  let newest: string | undefined;
  let isOpen = true;
  let busy = 0;

  async function take(): Promise<void> {
    const events = await world.services.stripe.runOnce((api) =>
      api.events.list({ limit: 100, ...(newest && { ending_before: newest }) }),
    );
    newest = events.data[0]?.id ?? newest;
    for (const event of events.data) {
      counts.events += 1;
      const copies = 1 + Math.floor(world.random() * 5);
      for (let copy = 0; copy < copies; copy++) waiting.push(JSON.stringify(event));
    }
  }

  async function listen(): Promise<void> {
    while (isOpen) {
      // Stripe's faults meet this call too: the next one takes what it missed.
      await take().catch(() => null);
      await pause(LIST_EVERY_MS);
    }
  }

  async function passOn(): Promise<void> {
    while (isOpen) {
      const [body] = waiting.splice(Math.floor(world.random() * waiting.length), 1);
      if (body === undefined) {
        await pause(WAIT_MS);
        continue;
      }
      busy += 1;
      const isTaken = await send(world, body);
      busy -= 1;
      if (isTaken) counts.delivered += 1;
      else counts.failed += 1;
    }
  }

  const lanes = [listen(), ...Array.from({ length: LANES }, passOn)];
  return {
    counts,
    async drain() {
      await pause(2 * LIST_EVERY_MS);
      while (waiting.length + busy > 0) await pause(WAIT_MS);
    },
    async close() {
      isOpen = false;
      await Promise.all(lanes);
    },
  };
}

async function send(world: World, body: string): Promise<boolean> {
  const now = Math.floor(Date.now() / 1000);
  try {
    const response = await fetch(new URL("/api/stripe/webhook", world.site), {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "Stripe-Signature": signatureHeader(body, [world.webhookSecret], now),
      },
      body,
      signal: AbortSignal.timeout(20_000),
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
