import { randomUUID } from "node:crypto";
import Stripe from "stripe";
import { expect, test } from "vitest";
import { connect, KEY, openStripe, sessionParams } from "./stripe-fixture.ts";

/** Sends a body the typed library would not let through. */
async function send(url: string, path: string, body: string) {
  const response = await fetch(`${url}/v1${path}`, {
    method: "POST",
    body,
    headers: {
      authorization: `Bearer ${KEY}`,
      "content-type": "application/x-www-form-urlencoded",
    },
  });
  const answer = (await response.json()) as { error?: Record<string, unknown> };
  return { status: response.status, error: answer.error };
}

const WHOLE_SESSION = new URLSearchParams({
  mode: "payment",
  success_url: "http://shop.test/",
  "line_items[0][quantity]": "1",
  "line_items[0][price_data][currency]": "eur",
  "line_items[0][price_data][unit_amount]": "4900",
  "line_items[0][price_data][product_data][name]": "A course",
}).toString();

test.each([
  ["foo=1", "foo", "parameter_unknown"],
  ["line_items[0][foo]=1", "line_items[0][foo]", "parameter_unknown"],
  ["__proto__[polluted]=1", "__proto__", "parameter_unknown"],
  ["line_items[0][quantity]=one", "line_items[0][quantity]", "parameter_invalid_integer"],
  ["line_items[0][quantity]=1.5", "line_items[0][quantity]", "parameter_invalid_integer"],
  ["line_items=x", "line_items", undefined],
  ["mode=gift", "mode", undefined],
  ["ui_mode=hosted", "ui_mode", undefined],
  ["allow_promotion_codes=yes", "allow_promotion_codes", undefined],
  ["success_url=there", "success_url", "url_invalid"],
  ["customer_email=ada", "customer_email", "email_invalid"],
  ["client_reference_id=", "client_reference_id", "parameter_invalid_empty"],
  ["payment_method_types[0]=card", "payment_method_types", "parameter_unknown"],
  ["customer=cus_unknown", "customer", "resource_missing"],
  ["expires_at=1000", "expires_at", undefined],
  ["metadata[a][b]=1", "metadata[a]", undefined],
  ["expand[0]=customer.invoices", "expand[0]", undefined],
])("a session with %s is refused", async (change, param, code) => {
  const { local } = await openStripe();
  const body = new URLSearchParams(WHOLE_SESSION);
  // A value and a group cannot stand under one name.
  if (change.startsWith("line_items="))
    for (const name of [...body.keys()]) if (name.startsWith("line_items[")) body.delete(name);
  for (const [name, value] of new URLSearchParams(change)) body.set(name, value);
  const { status, error } = await send(local.url, "/checkout/sessions", body.toString());
  expect(status).toBe(400);
  expect(error).toMatchObject({ type: "invalid_request_error", param, ...(code && { code }) });
  expect(local.state.checkouts.size).toBe(0);
});

test("what is missing is named", async () => {
  const { local } = await openStripe();
  const { status, error } = await send(local.url, "/checkout/sessions", "mode=payment");
  expect(status).toBe(400);
  expect(error).toMatchObject({ code: "parameter_missing", param: "line_items" });
});

test("the library's own errors come out of the answers", async () => {
  const { client, local } = await openStripe();
  await expect(client.checkout.sessions.retrieve("cs_test_none")).rejects.toMatchObject({
    type: "StripeInvalidRequestError",
    statusCode: 404,
    code: "resource_missing",
    requestId: expect.stringMatching(/^req_/) as string,
  });
  const wrongKey = connect(local, "not-a-key");
  await expect(wrongKey.events.list()).rejects.toBeInstanceOf(
    Stripe.errors.StripeAuthenticationError,
  );
  await expect(client.rawRequest("GET", "/v1/nothing")).rejects.toMatchObject({ statusCode: 404 });
});

test("every parameter the shop sends is taken and answered", async () => {
  const { client } = await openStripe();
  const customer = await client.customers.create({ email: "ada@example.com", name: "Ada" });
  const session = await client.checkout.sessions.create(
    sessionParams({
      customer: customer.id,
      customer_update: { address: "auto", name: "auto" },
      client_reference_id: "order-1",
      metadata: { order: "1" },
      payment_intent_data: { metadata: { order: "1" }, description: "Order 1" },
      allow_promotion_codes: true,
      automatic_tax: { enabled: true },
      invoice_creation: { enabled: true },
      locale: "en",
      expires_at: Math.floor(Date.now() / 1000) + 31 * 60,
      expand: ["line_items", "customer"],
    }),
  );
  expect(session).toMatchObject({
    customer: { id: customer.id, email: "ada@example.com" },
    customer_details: { email: "ada@example.com" },
    metadata: { order: "1" },
    automatic_tax: { enabled: true },
    invoice_creation: { enabled: true },
    allow_promotion_codes: true,
    livemode: false,
    ui_mode: "hosted_page",
    line_items: { data: [{ description: "Production, step by step", amount_total: 4900 }] },
  });
});

test("a deleted customer is known as deleted and cannot buy", async () => {
  const { client } = await openStripe();
  const { id } = await client.customers.create({ email: "ada@example.com" });
  expect(await client.customers.del(id)).toMatchObject({ id, deleted: true });
  expect(await client.customers.retrieve(id)).toMatchObject({ id, deleted: true });
  await expect(
    client.checkout.sessions.create(sessionParams({ customer: id })),
  ).rejects.toMatchObject({ code: "resource_missing", param: "customer", statusCode: 400 });
});

test("the same key with the same request gives the same session", async () => {
  const { client, local } = await openStripe();
  const idempotencyKey = randomUUID();
  const first = await client.checkout.sessions.create(sessionParams(), { idempotencyKey });
  const again = await client.checkout.sessions.create(sessionParams(), { idempotencyKey });
  expect(again.id).toBe(first.id);
  expect(again.lastResponse.headers["idempotent-replayed"]).toBe("true");
  expect(local.state.checkouts.size).toBe(1);
  await expect(
    client.checkout.sessions.create(sessionParams({ locale: "de" }), { idempotencyKey }),
  ).rejects.toBeInstanceOf(Stripe.errors.StripeIdempotencyError);
  local.advance(24 * 3600 + 1);
  const later = await client.checkout.sessions.create(sessionParams(), { idempotencyKey });
  expect(later.id).not.toBe(first.id);
});

test("a key whose first request is still in hand is refused with 409", async () => {
  const { client, local } = await openStripe();
  local.latency = 50;
  const idempotencyKey = randomUUID();
  const both = await Promise.allSettled([
    client.checkout.sessions.create(sessionParams(), { idempotencyKey }),
    client.checkout.sessions.create(sessionParams(), { idempotencyKey }),
  ]);
  const refused = both.filter((each) => each.status === "rejected");
  expect(refused).toHaveLength(1);
  expect(refused[0]?.reason).toMatchObject({ statusCode: 409, code: "idempotency_key_in_use" });
  expect(local.state.checkouts.size).toBe(1);
});

test("a refused request may be mended and sent with the same key", async () => {
  const { client, local } = await openStripe();
  const idempotencyKey = randomUUID();
  await expect(
    client.checkout.sessions.create(sessionParams({ customer: "cus_none" }), { idempotencyKey }),
  ).rejects.toMatchObject({ code: "resource_missing" });
  await client.checkout.sessions.create(sessionParams(), { idempotencyKey });
  expect(local.state.checkouts.size).toBe(1);
});

test("test and live mode do not see each other", async () => {
  const { client, local } = await openStripe();
  const live = connect(local, "sk_live_localstripe");
  const session = await live.checkout.sessions.create(sessionParams());
  expect(session).toMatchObject({
    livemode: true,
    id: expect.stringMatching(/^cs_live_/) as string,
  });
  await expect(client.checkout.sessions.retrieve(session.id)).rejects.toMatchObject({
    statusCode: 404,
  });
  local.pay(session.id);
  expect((await client.events.list()).data).toEqual([]);
  expect((await live.events.list()).data.every(({ livemode }) => livemode)).toBe(true);
});

test("lists are paged, newest first, and filtered", async () => {
  const { client, local } = await openStripe();
  const ids: string[] = [];
  for (let index = 0; index < 5; index += 1)
    ids.unshift((await client.checkout.sessions.create(sessionParams())).id);
  local.expire(ids[4] ?? "");
  const all: string[] = [];
  for await (const { id } of client.checkout.sessions.list({ limit: 2 })) all.push(id);
  expect(all).toEqual(ids);
  const expired = await client.checkout.sessions.list({ status: "expired" });
  expect(expired.data.map(({ id }) => id)).toEqual([ids[4]]);
  const future = { gte: Math.floor(Date.now() / 1000) + 3600 };
  expect((await client.checkout.sessions.list({ created: future })).data).toEqual([]);
  await expect(client.events.list({ limit: 101 })).rejects.toMatchObject({ param: "limit" });
});
