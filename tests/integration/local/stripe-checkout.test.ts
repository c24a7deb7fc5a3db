import Stripe from "stripe";
import { expect, test } from "vitest";
import { cardForm, openStripe, postForm, SECRET, sessionParams } from "./stripe-fixture.ts";

const BY_CARD = [
  "payment_intent.created",
  "charge.succeeded",
  "payment_intent.succeeded",
  "checkout.session.completed",
];

test("a buyer pays on the hosted page and comes back, and the webhook says so", async () => {
  const { client, local, receiver } = await openStripe();
  const session = await client.checkout.sessions.create(
    sessionParams({
      client_reference_id: "order-1",
      payment_intent_data: { metadata: { a: "b" } },
    }),
  );
  expect(session).toMatchObject({ status: "open", payment_status: "unpaid", amount_total: 4900 });

  const shown = await (await fetch(session.url ?? "")).text();
  expect(shown).toContain("Test payment page");
  expect(shown).toContain("Pay €49.00");
  const paid = await postForm(session.url, cardForm());
  expect(paid.status).toBe(303);
  expect(paid.headers.get("location")).toBe(
    `http://shop.test/checkout/return?session_id=${session.id}`,
  );

  const facts = await client.checkout.sessions.retrieve(session.id, {
    expand: ["payment_intent.latest_charge.refunds"],
  });
  expect(facts).toMatchObject({
    status: "complete",
    payment_status: "paid",
    client_reference_id: "order-1",
    customer_details: { email: "ada@example.com", name: "Ada" },
    payment_intent: {
      status: "succeeded",
      amount_received: 4900,
      metadata: { a: "b" },
      latest_charge: { paid: true, amount: 4900, refunds: { object: "list", data: [] } },
    },
  });

  await local.webhooks.settled();
  expect(receiver.types().sort()).toEqual([...BY_CARD].sort());
  const last = receiver.received.find(({ body }) => body.includes('"checkout.session.completed"'));
  const event = await client.webhooks.constructEventAsync(
    last?.body ?? "",
    last?.signature ?? "",
    SECRET,
  );
  expect(event.data.object).toMatchObject({ id: session.id, payment_status: "paid" });
  expect(event.api_version).toBe(Stripe.API_VERSION);
});

test("a declined card is told beside its field, and another card then pays", async () => {
  const { client, local } = await openStripe();
  const { id, url } = await client.checkout.sessions.create(sessionParams());

  const declined = await postForm(url, cardForm("4000000000000002"));
  expect(declined.status).toBe(402);
  const text = await declined.text();
  expect(text).toContain("Your card was declined.");
  expect(text).toContain('value="ada@example.com"');
  const open = await client.checkout.sessions.retrieve(id, { expand: ["payment_intent"] });
  expect(open).toMatchObject({
    status: "open",
    payment_intent: {
      status: "requires_payment_method",
      last_payment_error: { code: "card_declined", decline_code: "generic_decline" },
    },
  });
  const poor = await postForm(url, cardForm("4000000000009995"));
  expect(await poor.text()).toContain("Your card has insufficient funds.");

  expect((await postForm(url, cardForm())).status).toBe(303);
  const paid = await client.checkout.sessions.retrieve(id, { expand: ["payment_intent"] });
  expect(paid).toMatchObject({
    payment_status: "paid",
    payment_intent: { id: idOf(open.payment_intent), last_payment_error: null },
  });
  expect([...local.state.events.values()].map(({ type }) => type)).toEqual([
    "payment_intent.created",
    ...["charge.failed", "payment_intent.payment_failed"],
    ...["charge.failed", "payment_intent.payment_failed"],
    ...BY_CARD.slice(1),
  ]);
});

test.each([
  [{ cardNumber: "4242 4242 4242 4241" }, "Your card number is invalid."],
  [{ cardNumber: "4111 1111 1111 1111" }, "Never type a real card."],
  [{ cardExpiry: "10 / 26" }, "expiration date is in the past"],
  [{ cardExpiry: "13 / 40" }, "MM / YY"],
  [{ cardCvc: "12" }, "security code is incomplete"],
  [{ email: "<ada>" }, "Enter an e-mail address."],
])("the hosted page refuses %o", async (fields, message) => {
  const { client, local } = await openStripe();
  const { url } = await client.checkout.sessions.create(sessionParams());
  const refused = await postForm(url, { ...cardForm(), ...fields });
  expect(refused.status).toBe(402);
  const text = await refused.text();
  expect(text).toContain(message);
  expect(text).not.toContain("<ada>");
  expect(local.state.charges.size).toBe(0);
});

test("the cancel link leads back to the shop and leaves the session open", async () => {
  const { client, local } = await openStripe();
  const { id, url, cancel_url: cancelUrl } = await client.checkout.sessions.create(sessionParams());
  expect(await (await fetch(url ?? "")).text()).toContain(`href="${cancelUrl ?? ""}"`);
  expect(local.cancel(id)).toBe(cancelUrl);
  expect((await client.checkout.sessions.retrieve(id)).status).toBe("open");
});

test("an expired session says so, takes no money and is announced", async () => {
  const { client, local } = await openStripe();
  const { id, url } = await client.checkout.sessions.create(sessionParams());
  const expired = await client.checkout.sessions.expire(id);
  expect(expired).toMatchObject({ status: "expired", url: null });
  const page = await (await fetch(url ?? "")).text();
  expect(page).toContain("Checkout expired");
  expect((await postForm(url, cardForm())).status).toBe(200);
  expect(local.state.charges.size).toBe(0);
  await expect(client.checkout.sessions.expire(id)).rejects.toMatchObject({ statusCode: 400 });
  const events = await client.events.list({ type: "checkout.session.expired" });
  expect(events.data).toHaveLength(1);
});

test("a session expires by itself when its time is over", async () => {
  const { client, local } = await openStripe();
  const end = Math.floor(Date.now() / 1000) + 31 * 60;
  const { id } = await client.checkout.sessions.create(sessionParams({ expires_at: end }));
  local.advance(30 * 60);
  expect((await client.checkout.sessions.retrieve(id)).status).toBe("open");
  local.advance(2 * 60);
  expect((await client.checkout.sessions.retrieve(id)).status).toBe("expired");
});

test.each([
  ["arrived", "paid", "succeeded", "checkout.session.async_payment_succeeded"],
  ["missing", "unpaid", "requires_payment_method", "checkout.session.async_payment_failed"],
])("a bank transfer completes unpaid and then has %s", async (action, payment, intent, type) => {
  const { client } = await openStripe();
  const { id, url } = await client.checkout.sessions.create(sessionParams());
  const sent = await postForm(url, { action: "transfer", email: "ada@example.com" });
  expect(sent.status).toBe(303);
  const expand = ["payment_intent"];
  expect(await client.checkout.sessions.retrieve(id, { expand })).toMatchObject({
    status: "complete",
    payment_status: "unpaid",
    payment_intent: { status: "processing" },
  });
  expect(await (await fetch(url ?? "")).text()).toContain("Let the money arrive");
  expect((await postForm(url, { action })).status).toBe(303);
  expect(await client.checkout.sessions.retrieve(id, { expand })).toMatchObject({
    payment_status: payment,
    payment_intent: { status: intent },
  });
  const [latest] = (await client.events.list({ limit: 1 })).data;
  expect(latest?.type).toBe(type);
});

test("a session that costs nothing needs no card and makes no payment intent", async () => {
  const { client } = await openStripe();
  const params = sessionParams();
  const item = params.line_items?.[0];
  if (item?.price_data) item.price_data.unit_amount = 0;
  const { id, url } = await client.checkout.sessions.create(params);
  expect(await (await fetch(url ?? "")).text()).not.toContain("Card number");
  await postForm(url, { action: "pay", email: "ada@example.com" });
  expect(await client.checkout.sessions.retrieve(id)).toMatchObject({
    status: "complete",
    payment_status: "no_payment_required",
    payment_intent: null,
  });
});

test("a refund pays back a part, then the rest, and never more", async () => {
  const { client, local } = await openStripe();
  const { id } = await client.checkout.sessions.create(sessionParams());
  local.pay(id);
  const intent = idOf((await client.checkout.sessions.retrieve(id)).payment_intent);
  const part = await client.refunds.create({ payment_intent: intent, amount: 900 });
  expect(part).toMatchObject({ amount: 900, status: "succeeded", payment_intent: intent });
  await expect(
    client.refunds.create({ payment_intent: intent, amount: 4001 }),
  ).rejects.toMatchObject({ statusCode: 400, param: "amount" });
  await client.refunds.create({ payment_intent: intent });
  await expect(client.refunds.create({ payment_intent: intent })).rejects.toMatchObject({
    code: "charge_already_refunded",
  });
  const { latest_charge: charge } = await client.paymentIntents.retrieve(intent, {
    expand: ["latest_charge.refunds"],
  });
  expect(charge).toMatchObject({
    amount_refunded: 4900,
    refunded: true,
    refunds: { data: [{ amount: 4000 }, { amount: 900 }] },
  });
  const types = ["refund.created", "charge.refunded"];
  expect((await client.events.list({ types })).data).toHaveLength(4);
  expect((await client.refunds.list({ payment_intent: intent })).data).toHaveLength(2);
  expect((await client.disputes.list({ payment_intent: intent })).data).toEqual([]);
});

function idOf(value: string | { id: string } | null): string {
  return typeof value === "string" ? value : (value?.id ?? "");
}
