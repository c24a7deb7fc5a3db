import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import Stripe from "stripe";
import { onTestFinished } from "vitest";
import { createFaults } from "#local/faults.ts";
import { startLocalStripe, type LocalStripe } from "#local/stripe/server.ts";

export const SECRET = "whsec_test_of_the_local_stripe";
export const KEY = "sk_test_localstripe";

/** A request the receiver got, as it came. */
export interface Received {
  body: string;
  signature: string;
}

/** Plays the shop's webhook endpoint. */
export interface Receiver {
  url: string;
  received: Received[];
  /** Statuses to answer next; 200 when there are no more. */
  answers: number[];
  /** The types of the events, in the order they came. */
  types(): string[];
  /** Resolves when at least `count` requests have come. */
  arrived(count: number): Promise<void>;
}

/** Starts a local Stripe with a receiver; both end with the test. */
export async function openStripe(
  options: { folder?: string; secrets?: string[]; retryDelays?: number[] } = {},
) {
  const receiver = await startReceiver();
  const faults = createFaults();
  const { folder = null, secrets = [SECRET], retryDelays = [20, 20] } = options;
  const webhook = { url: receiver.url, secrets, retryDelays };
  const local = await startLocalStripe({ port: 0, folder, faults, webhook });
  onTestFinished(() => {
    faults.clear();
    return local.close();
  });
  return { local, receiver, faults, client: connect(local) };
}

/** The real library, pointed at the local Stripe. */
export function connect(local: LocalStripe, key = KEY, options: Stripe.StripeConfig = {}): Stripe {
  return new Stripe(key, {
    host: "localhost",
    port: local.port,
    protocol: "http",
    maxNetworkRetries: 0,
    timeout: 5_000,
    telemetry: false,
    ...options,
  });
}

/** The parameters of the smallest useful session. */
export function sessionParams(
  more: Partial<Stripe.Checkout.SessionCreateParams> = {},
): Stripe.Checkout.SessionCreateParams {
  return {
    mode: "payment",
    line_items: [
      {
        quantity: 1,
        price_data: {
          currency: "eur",
          unit_amount: 4900,
          product_data: { name: "Production, step by step" },
        },
      },
    ],
    success_url: "http://shop.test/checkout/return?session_id={CHECKOUT_SESSION_ID}",
    cancel_url: "http://shop.test/courses/production",
    ...more,
  };
}

/** Posts the hosted page's form without following the redirect. */
export function postForm(url: string | null, fields: Record<string, string>): Promise<Response> {
  return fetch(url ?? "", {
    method: "POST",
    body: new URLSearchParams(fields),
    redirect: "manual",
  });
}

/** The form of the hosted page, filled in with a card. */
export function cardForm(cardNumber = "4242 4242 4242 4242"): Record<string, string> {
  return {
    action: "pay",
    email: "ada@example.com",
    cardNumber,
    cardExpiry: "12 / 40",
    cardCvc: "123",
    billingName: "Ada",
  };
}

/** Starts a receiver that ends with the test. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const answers: number[] = [];
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => (body += part.toString()));
    request.on("end", () => {
      received.push({ body, signature: String(request.headers["stripe-signature"]) });
      response.writeHead(answers.shift() ?? 200).end();
      for (const check of waiting) check();
    });
  });
  const port = await listen(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://localhost:${port}/webhook`,
    received,
    answers,
    types: () => received.map(({ body }) => (JSON.parse(body) as Stripe.Event).type),
    arrived: (count) =>
      new Promise((resolve) => {
        const check = () => {
          if (received.length < count) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}
