import type { APIResponse } from "@playwright/test";
import { signatureHeader } from "#local/stripe/webhooks.ts";
import { makePersonWithPassword, PASSWORD } from "../support/e2e-account.ts";
import { callsOf } from "../support/e2e-log.ts";
import {
  beginOrder,
  buyCourse,
  COURSE,
  makePerson,
  newClientAddress,
  shopServices,
} from "../support/e2e-shop.ts";
import { sessionOf } from "../support/e2e-stripe.ts";
import { readVariable } from "../support/e2e-variables.ts";
import { expect, test } from "../support/e2e.ts";

// What a page asks its services grows by itself, one call at a time, and each is a wait for every visitor.

/** Each page, and the most calls before its answer; `npm run bench` says which of them are in sequence. */
const SIGNED_OUT = {
  "/": { database: 0, redis: 0 },
  "/courses": { database: 0, redis: 0 },
  [`/courses/${COURSE}`]: { database: 0, redis: 0 },
  "/sign-in": { database: 0, redis: 0 },
  "/terms": { database: 0, redis: 0 },
  "/courses?q=redis": { database: 1, redis: 1 },
  "/api/health/live": { database: 0, redis: 0 },
};
const SIGNED_IN = {
  "/": { database: 1, redis: 1 },
  [`/courses/${COURSE}`]: { database: 1, redis: 1 },
  [`/courses/${COURSE}/rate-limits`]: { database: 1, redis: 1 },
  "/learn": { database: 1, redis: 1 },
  "/account": { database: 2, redis: 1 },
  "/account/security": { database: 2, redis: 2 },
  "/cart": { database: 0, redis: 1 },
};

test("pages ask the database and Redis no more than they may, signed out", async ({ visitor }) => {
  for (const [path, most] of Object.entries(SIGNED_OUT)) {
    // Once more: the first visitor fills the caches.
    await visitor.get(path);
    await expectCalls(await visitor.get(path), path, most);
  }
});

test("pages ask the database and Redis no more than they may, signed in", async ({ visitor }) => {
  const person = await makePerson();
  await buyCourse(person);
  for (const [path, most] of Object.entries(SIGNED_IN)) {
    const headers = {
      Cookie: `__Host-session=${person.session}`,
      // Redis is told of each tenth request of an address.
      "CF-Connecting-IP": newClientAddress(),
    };
    await visitor.get(path, { headers });
    await expectCalls(await visitor.get(path, { headers }), path, most);
  }
});

test("so do sign-ins, and the start of a checkout", async ({ visitor }) => {
  const { email, session } = await makePersonWithPassword();
  const signIn = await visitor.post("/sign-in?_action=signIn", {
    form: { email, password: PASSWORD },
  });
  expect(signIn.status()).toBe(303);
  await expectCalls(signIn, "sign-in", { database: 3, redis: 4 });
  const [course] = await shopServices().database.read<{ id: string }[]>`
    SELECT id
    FROM courses
    WHERE slug = ${COURSE}`;
  const checkout = await visitor.post(`/checkout/${COURSE}?_action=startCheckout`, {
    headers: { Cookie: `__Host-session=${session}` },
    form: { courseIds: course?.id ?? "", terms: "on", waiver: "on" },
  });
  expect(checkout.status()).toBe(303);
  await expectCalls(checkout, "checkout", { database: 4, redis: 3 });
});

test("so does an event of Stripe, and it never asks Redis", async ({ visitor }) => {
  const { orderId, url } = await beginOrder(await makePerson());
  // Only a hint: what became of the session, Stripe is asked for.
  const data = JSON.stringify({
    id: `evt_${orderId.replaceAll("-", "")}`,
    object: "event",
    type: "checkout.session.completed",
    livemode: false,
    created: Math.floor(Date.now() / 1000),
    data: {
      object: {
        id: sessionOf(url),
        object: "checkout.session",
        metadata: { order_id: orderId, site: readVariable("SITE_URL") },
      },
    },
  });
  const secrets = readVariable("STRIPE_WEBHOOK_SECRET").split(",");
  const signature = signatureHeader(data, secrets, Math.floor(Date.now() / 1000));
  const headers = { "Content-Type": "application/json", "Stripe-Signature": signature };
  const answer = await visitor.post("/api/stripe/webhook", { data, headers });
  expect(answer.status()).toBe(200);
  await expectCalls(answer, "webhook", { database: 3, redis: 0 });
});

async function expectCalls(
  response: APIResponse,
  what: string,
  most: { database: number; redis: number },
): Promise<void> {
  const calls = await callsOf(response.headers()["x-request-id"]);
  expect.soft(calls.database, `${what}: database`).toBeLessThanOrEqual(most.database);
  expect.soft(calls.redis, `${what}: Redis`).toBeLessThanOrEqual(most.redis);
}
