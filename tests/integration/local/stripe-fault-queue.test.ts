import { randomUUID } from "node:crypto";
import Stripe from "stripe";
import type { FaultKind } from "#local/stripe/fault-queue.ts";
import { expect, test } from "vitest";
import { connect, openStripe, sessionParams } from "./stripe-fixture.ts";

// The library's other client repeats a request whose connection ended, whatever it was told.
const BY_FETCH = { httpClient: Stripe.createFetchHttpClient() };
const CREATE = "POST /v1/checkout/sessions";
const RETRIEVE = "GET /v1/checkout/sessions/:id";

test.each([
  ["402", "StripeCardError", 402],
  ["409", "StripeAPIError", 409],
  ["429", "StripeRateLimitError", 429],
  ["500", "StripeAPIError", 500],
  ["503", "StripeAPIError", 503],
] as const)("a %s meets one request and does no work", async (kind, type, statusCode) => {
  const { client, local } = await openStripe();
  local.faultQueue.inject({ kind, operation: CREATE });
  await client.events.list();
  await expect(client.checkout.sessions.create(sessionParams())).rejects.toMatchObject({
    type,
    statusCode,
  });
  expect(local.state.checkouts.size).toBe(0);
  await client.checkout.sessions.create(sessionParams());
  expect(local.state.checkouts.size).toBe(1);
});

test.each<[FaultKind, boolean]>([
  ["402", true],
  ["500", true],
  ["429", false],
  ["503", false],
])("after a %s the same key gives it again: %s", async (kind, isStored) => {
  const { client, local } = await openStripe();
  const idempotencyKey = randomUUID();
  local.faultQueue.inject({ kind });
  const create = () => client.checkout.sessions.create(sessionParams(), { idempotencyKey });
  await expect(create()).rejects.toMatchObject({ statusCode: Number(kind) });
  if (isStored)
    await expect(create()).rejects.toMatchObject({
      statusCode: Number(kind),
      headers: { "idempotent-replayed": "true" },
    });
  else await expect(create()).resolves.toBeDefined();
  local.advance(24 * 3600 + 1);
  await expect(create()).resolves.toBeDefined();
});

test("a 429 says when to come again", async () => {
  const { client, local } = await openStripe();
  local.faultQueue.inject({ kind: "429" });
  await expect(client.events.list()).rejects.toMatchObject({ headers: { "retry-after": "1" } });
});

test("reset ends the connection before the work, lost-answer after it", async () => {
  const { local } = await openStripe();
  const client = connect(local, undefined, BY_FETCH);
  const idempotencyKey = randomUUID();
  const create = () => client.checkout.sessions.create(sessionParams(), { idempotencyKey });
  local.faultQueue.inject({ kind: "reset" });
  await expect(create()).rejects.toBeInstanceOf(Stripe.errors.StripeConnectionError);
  expect(local.state.checkouts.size).toBe(0);
  local.faultQueue.inject({ kind: "lost-answer" });
  await expect(create()).rejects.toBeInstanceOf(Stripe.errors.StripeConnectionError);
  expect(local.state.checkouts.size).toBe(1);
  const { id } = await create();
  expect([...local.state.checkouts.keys()]).toEqual([id]);
});

test("hang holds the request until the faults are cleared", async () => {
  const { local } = await openStripe();
  const client = connect(local, undefined, { ...BY_FETCH, timeout: 80_000 });
  local.faultQueue.inject({ kind: "hang" });
  const hasty = connect(local, undefined, { ...BY_FETCH, timeout: 100 });
  await expect(hasty.events.list()).rejects.toBeInstanceOf(Stripe.errors.StripeConnectionError);
  local.faultQueue.inject({ kind: "hang", times: null });
  const waiting = expect(client.events.list()).rejects.toBeInstanceOf(
    Stripe.errors.StripeConnectionError,
  );
  await expect(hasty.events.list()).rejects.toBeInstanceOf(Stripe.errors.StripeConnectionError);
  local.faultQueue.clear();
  await waiting;
  expect((await client.events.list()).data).toEqual([]);
});

test("a stale answer is how the object was before its last changes", async () => {
  const { client, local } = await openStripe();
  const other = await client.checkout.sessions.create(sessionParams());
  const { id } = await client.checkout.sessions.create(sessionParams());
  const expand = ["payment_intent.latest_charge.refunds"];
  local.pay(id);
  local.refund([...local.state.charges.keys()][0] ?? "", 900);
  local.expire(other.id);
  local.faultQueue.inject({ kind: "stale-answer", operation: RETRIEVE });
  local.faultQueue.inject({ kind: "stale-answer", operation: RETRIEVE, changes: 2 });
  const stale = async () => {
    const { payment_status, payment_intent } = await client.checkout.sessions.retrieve(id, {
      expand,
    });
    return JSON.parse(JSON.stringify({ payment_status, payment_intent })) as unknown;
  };
  const paid = { payment_status: "paid", payment_intent: { latest_charge: { refunded: false } } };
  expect(await stale()).toMatchObject({
    ...paid,
    payment_intent: { latest_charge: { amount_refunded: 0, refunds: { data: [] } } },
  });
  expect(await stale()).toEqual({ payment_status: "unpaid", payment_intent: null });
  expect(await stale()).toMatchObject({
    ...paid,
    payment_intent: { latest_charge: { amount_refunded: 900, refunds: { data: [{}] } } },
  });
});

test("a stale answer leaves requests that change something alone", async () => {
  const { client, local } = await openStripe();
  const { id } = await client.checkout.sessions.create(sessionParams());
  local.faultQueue.inject({ kind: "stale-answer" });
  expect((await client.checkout.sessions.expire(id)).status).toBe("expired");
  expect((await client.checkout.sessions.retrieve(id)).status).toBe("open");
  expect((await client.checkout.sessions.retrieve(id)).status).toBe("expired");
});

test("a fault by chance meets the same requests with the same seed", async () => {
  const { client, local } = await openStripe();
  async function meetTwenty(): Promise<string> {
    local.faultQueue.clear();
    local.faultQueue.seed(7);
    local.faultQueue.inject({ kind: "503", times: null, probability: 0.3 });
    let met = "";
    for (let call = 0; call < 20; call += 1)
      met += await client.events.list().then(
        () => ".",
        () => "x",
      );
    return met;
  }
  const first = await meetTwenty();
  expect(first).toMatch(/x/);
  expect(first).toMatch(/\./);
  expect(await meetTwenty()).toBe(first);
});

test.each([
  [{ kind: "418" as FaultKind }, "kind"],
  [{ kind: "500", operation: "/v1/refunds" }, "operation"],
  [{ kind: "500", times: 0 }, "times"],
  [{ kind: "500", probability: 2 }, "probability"],
] as const)("a fault that is not well formed is refused: %o", async (fault, named) => {
  const { local } = await openStripe();
  expect(() => local.faultQueue.inject(fault)).toThrow(named);
  expect(local.faultQueue.list()).toEqual([]);
});
