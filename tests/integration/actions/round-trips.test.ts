import type { APIRoute } from "astro";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSession, readSession } from "#lib/accounts/sessions.ts";
import type { Services } from "#lib/services/index.ts";
import { signatureHeader } from "#local/stripe/webhooks.ts";
import { POST as hearOfStripe } from "../../../src/pages/api/stripe/webhook.ts";
import { makeJar } from "../../support/cookie-jar.ts";
import { openShop, type TestShop } from "../../support/shop.ts";
import { makeAccount, PASSWORD, warmUp } from "../lib/accounts/account.ts";
import { findEvent, insertCourse, open } from "../lib/orders/purchase.ts";
import { act, contextOf } from "./context.ts";

// What a visitor waits for is not how many calls there are but how many of them wait for one another.

let shop: TestShop;
const later: Promise<unknown>[] = [];
beforeAll(async () => {
  shop = await openShop();
  await warmUp(shop);
});
afterAll(async () => {
  await Promise.all(later);
  await shop.stop();
});

interface Sequence {
  database: number;
  redis: number;
  stripe: number;
}

/**
 * The services of a request, and the longest chain of each one's calls in which every call began when the one before it had
 * ended.
 */
function traced(services: Services): { services: Services; sequence: Sequence } {
  const sequence: Sequence = { database: 0, redis: 0, stripe: 0 };
  const trace = async <T>(service: keyof Sequence, begin: () => Promise<T>): Promise<T> => {
    const place = sequence[service] + 1;
    try {
      return await begin();
    } finally {
      sequence[service] = Math.max(sequence[service], place);
    }
  };
  const { database, redis, stripe } = services;
  const tracedServices: Services = {
    ...services,
    database: {
      read: (strings, ...values) => trace("database", () => database.read(strings, ...values)),
      write: (strings, ...values) => trace("database", () => database.write(strings, ...values)),
    },
    redis: { run: (call) => trace("redis", () => redis.run(call)) },
    stripe: {
      ...stripe,
      run: (call) => trace("stripe", () => stripe.run(call)),
      runOnce: (call) => trace("stripe", () => stripe.runOnce(call)),
    },
  };
  return { services: tracedServices, sequence };
}

test("a sign-in waits for the database three times, and for Redis twice", async () => {
  const { email } = await makeAccount(shop);
  const signIn = async () => {
    const { services, sequence } = traced(shop.services);
    await act(services, "signIn", { email, password: PASSWORD }, { jar: makeJar(), later });
    const waited = { ...sequence };
    await Promise.all(later);
    return waited;
  };
  // The first one on a device writes a mail besides, for which nobody waits.
  await signIn();
  expect(await signIn()).toEqual({ database: 3, redis: 2, stripe: 0 });
});

test("a checkout waits for the database three times, and for Stripe and Redis once", async () => {
  const user = await makeAccount(shop);
  const id = await createSession(shop.services.redis, user, new Date());
  const session = await readSession(shop.services.redis, id, new Date());
  const checkout = async () => {
    const { services, sequence } = traced(shop.services);
    const courseIds = [await insertCourse(shop)];
    await act(services, "startCheckout", { courseIds }, { jar: makeJar(), session, later });
    return sequence;
  };
  // Who buys for the first time becomes a customer at Stripe.
  expect(await checkout()).toEqual({ database: 4, redis: 1, stripe: 2 });
  expect(await checkout()).toEqual({ database: 3, redis: 1, stripe: 1 });
});

test("the webhook waits for the database twice, for Stripe once and never for Redis", async () => {
  const { id: userId, email } = await makeAccount(shop);
  const { sessionId } = await open(shop, { userId, email }, await insertCourse(shop));
  shop.stripe.pay(sessionId);
  const body = JSON.stringify(findEvent(shop, "checkout.session.completed", sessionId));
  const { services, sequence } = traced(shop.services);
  const context = contextOf(services, { jar: makeJar(), later });
  const secrets = [services.environment.STRIPE_WEBHOOK_SECRET];
  const signature = signatureHeader(body, secrets, Math.floor(Date.now() / 1000));
  const headers = { "stripe-signature": signature };
  const request = new Request(context.url, { method: "POST", body, headers });
  const answer = await hearOfStripe({ ...context, request } as unknown as Parameters<APIRoute>[0]);
  expect(answer.status).toBe(200);
  expect(sequence).toEqual({ database: 2, redis: 0, stripe: 1 });
});
