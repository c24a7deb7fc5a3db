import type Stripe from "stripe";
import { shuffle } from "./random.ts";
import { rollSecret } from "./webhook-endpoints.ts";
import { createSender, type Sender, type SenderOptions } from "./webhook-sender.ts";

export { signatureHeader } from "./webhook-post.ts";
export type { WebhookEndpoint } from "./webhook-sender.ts";

/** How events that were held are let go. */
export const RELEASES = ["in order", "reversed", "twice", "shuffled"] as const;

export type Release = (typeof RELEASES)[number];

/** Delivers events to the endpoints, and lets tests stand between. */
export interface Webhooks extends Pick<Sender, "setEndpoint" | "settled" | "close"> {
  /** Delivers a new event at once, or keeps it while held. */
  send(event: Stripe.Event): void;
  /** Delivers an event again, whatever became of it before. Resolves when the try is over. */
  resend(eventId: string): Promise<void>;
  /** Keeps new events back, as if Stripe's webhooks were late. */
  hold(): void;
  /**
   * Ends `hold` and delivers what was kept one by one: in order, reversed, each one twice, or in
   * an order that the seed decides.
   */
  release(how?: Release, seed?: number): Promise<void>;
  /** Gives an endpoint a new secret; the old one signs beside it for `overlapSeconds` more. */
  rollSecret(endpointId: string, overlapSeconds: number): string;
}

export function createWebhooks(options: SenderOptions): Webhooks {
  const { state } = options;
  const sender = createSender(options);
  let held: Stripe.Event[] | null = null;
  return {
    ...sender,
    send(event) {
      if (held) held.push(event);
      else void sender.start(event);
    },
    async resend(eventId) {
      const event = state.events.get(eventId);
      if (event) await sender.start(event, true);
    },
    rollSecret: (endpointId, overlapSeconds) => rollSecret(state, endpointId, overlapSeconds),
    hold() {
      held ??= [];
    },
    async release(how = "in order", seed = 1) {
      const events = held ?? [];
      held = null;
      if (how === "reversed") events.reverse();
      for (const event of how === "shuffled" ? shuffle(events, seed) : events) {
        await sender.start(event);
        if (how === "twice") await sender.start(event, true);
      }
    },
  };
}
