import { expect, test } from "vitest";
import { AUTHENTICATED_CARD, AUTHENTICATED_POOR_CARD } from "#local/stripe/cards.ts";
import { cardForm, openStripe, postForm, sessionParams } from "./stripe-fixture.ts";

const WITH_INTENT = { expand: ["payment_intent.latest_charge"] };

test.each([
  ["4000000000000002", "card_declined", "generic_decline", "Your card was declined."],
  ["4000000000009995", "card_declined", "insufficient_funds", "insufficient funds"],
  ["4000000000009987", "card_declined", "lost_card", "Your card was declined."],
  ["4000000000009979", "card_declined", "stolen_card", "Your card was declined."],
  ["4000000000000069", "expired_card", "expired_card", "Your card has expired."],
  ["4000000000000127", "incorrect_cvc", "incorrect_cvc", "security code is incorrect."],
  ["4000000000000119", "processing_error", "processing_error", "error occurred"],
])("the card %s is refused as %s, %s", async (number, code, declineCode, message) => {
  const { client } = await openStripe();
  const { id, url } = await client.checkout.sessions.create(sessionParams());
  const refused = await postForm(url, cardForm(number));
  expect(refused.status).toBe(402);
  expect((await refused.text()).replaceAll("&#39;", "'")).toContain(message);
  expect(await client.checkout.sessions.retrieve(id, WITH_INTENT)).toMatchObject({
    status: "open",
    payment_intent: {
      status: "requires_payment_method",
      last_payment_error: { type: "card_error", code, decline_code: declineCode },
      latest_charge: { status: "failed", paid: false, failure_code: code },
    },
  });
});

test("a card's owner authenticates on the bank's page, and only then is anything charged", async () => {
  const { client, local } = await openStripe();
  const { id, url } = await client.checkout.sessions.create(sessionParams());
  const sent = await postForm(url, cardForm(AUTHENTICATED_CARD));
  const bank = new URL(sent.headers.get("location") ?? "", local.url);
  expect(bank.pathname).toBe(`/c/pay/${id}/authenticate`);
  expect(local.state.charges.size).toBe(0);
  expect(await client.checkout.sessions.retrieve(id, WITH_INTENT)).toMatchObject({
    payment_status: "unpaid",
    payment_intent: {
      status: "requires_action",
      next_action: { type: "redirect_to_url", redirect_to_url: { url: bank.href } },
    },
  });
  expect(await (await fetch(bank)).text()).toContain("ending in 3184");

  const done = await postForm(bank.href, { action: "complete" });
  expect(done.headers.get("location")).toContain(`session_id=${id}`);
  expect(await client.checkout.sessions.retrieve(id, WITH_INTENT)).toMatchObject({
    payment_status: "paid",
    customer_details: { email: "ada@example.com", name: "Ada" },
    payment_intent: {
      status: "succeeded",
      next_action: null,
      latest_charge: {
        payment_method_details: { card: { three_d_secure: { result: "authenticated" } } },
      },
    },
  });
  expect([...local.state.events.values()].map(({ type }) => type)).toEqual([
    "payment_intent.created",
    "payment_intent.requires_action",
    "charge.succeeded",
    "payment_intent.succeeded",
    "checkout.session.completed",
  ]);
  expect((await postForm(bank.href, { action: "complete" })).status).toBe(303);
  expect(local.state.charges.size).toBe(1);
});

test("a failed authentication charges nothing, is told, and may be tried again", async () => {
  const { client, local } = await openStripe();
  const { id, url } = await client.checkout.sessions.create(sessionParams());
  await postForm(url, cardForm(AUTHENTICATED_CARD));
  const bank = `${url ?? ""}/authenticate`;
  const failed = await postForm(bank, { action: "fail" });
  const back = new URL(failed.headers.get("location") ?? "", local.url);
  expect(await (await fetch(back)).text()).toContain("unable to authenticate your payment method");
  expect(await client.checkout.sessions.retrieve(id, WITH_INTENT)).toMatchObject({
    status: "open",
    payment_intent: {
      status: "requires_payment_method",
      latest_charge: null,
      last_payment_error: { code: "payment_intent_authentication_failure" },
    },
  });
  const types = [...local.state.events.values()].map(({ type }) => type);
  expect(types.at(-1)).toBe("payment_intent.payment_failed");
  expect(types).not.toContain("charge.failed");
  expect((await postForm(bank, { action: "complete" })).headers.get("location")).toBe(
    back.pathname,
  );
  expect(local.state.charges.size).toBe(0);

  await postForm(url, cardForm(AUTHENTICATED_CARD));
  await postForm(bank, { action: "complete" });
  expect((await client.checkout.sessions.retrieve(id)).payment_status).toBe("paid");
});

test("an authenticated card may still have insufficient funds", async () => {
  const { client, local } = await openStripe();
  const { id } = await client.checkout.sessions.create(sessionParams());
  expect(local.pay(id, AUTHENTICATED_POOR_CARD)).toBe("authentication_required");
  expect(local.authenticate(id, true)).toBe("Your card has insufficient funds.");
  expect(local.pay(id)).toBeNull();
  expect((await client.checkout.sessions.retrieve(id)).payment_status).toBe("paid");
});

test("another card instead of authenticating ends the wait", async () => {
  const { client, local } = await openStripe();
  const { id, url } = await client.checkout.sessions.create(sessionParams());
  await postForm(url, cardForm(AUTHENTICATED_CARD));
  await postForm(url, cardForm());
  const late = await postForm(`${url ?? ""}/authenticate`, { action: "complete" });
  expect(late.headers.get("location")).toBe(`/c/pay/${id}`);
  expect(local.state.charges.size).toBe(1);
  expect(await client.checkout.sessions.retrieve(id, WITH_INTENT)).toMatchObject({
    payment_intent: { status: "succeeded", next_action: null },
  });
});

test("a discount taken while the bank waits asks the card's owner again", async () => {
  const { client, local } = await openStripe();
  local.createPromotion({ code: "WELCOME20", percentOff: 20 });
  const { id } = await client.checkout.sessions.create(
    sessionParams({ allow_promotion_codes: true }),
  );
  local.pay(id, AUTHENTICATED_CARD);
  expect(local.applyPromotion(id, "WELCOME20")).toBeNull();
  expect(() => local.authenticate(id, true)).toThrow("awaits no authentication");
  expect(local.state.charges.size).toBe(0);
});

test("a session that expires while the bank waits takes no money any more", async () => {
  const { client, local } = await openStripe();
  const { id, url } = await client.checkout.sessions.create(sessionParams());
  await postForm(url, cardForm(AUTHENTICATED_CARD));
  await client.checkout.sessions.expire(id);
  const late = await postForm(`${url ?? ""}/authenticate`, { action: "complete" });
  expect(await late.text()).toContain("Checkout expired");
  expect(local.state.charges.size).toBe(0);
});

test.each([
  ["jpy", 4900, "¥4,900"],
  ["kwd", 4900, "KWD 4.900"],
  ["isk", 490_000, "ISK 4,900.00"],
  ["eur", 490_000, "€4,900.00"],
])("an amount in %s is shown by the currency's own decimals", async (currency, amount, shown) => {
  const { client } = await openStripe();
  const { url } = await client.checkout.sessions.create(priced(currency, amount));
  const page = await (await fetch(url ?? "")).text();
  expect(page.replaceAll("\u00a0", " ")).toContain(`Pay ${shown}</button>`);
});

test("a three-decimal amount that does not end in 0 is refused", async () => {
  const { client } = await openStripe();
  await expect(client.checkout.sessions.create(priced("kwd", 4905))).rejects.toMatchObject({
    statusCode: 400,
    param: "line_items[0][price_data][unit_amount]",
  });
});

test("a session sells a product by its price", async () => {
  const { client } = await openStripe();
  const product = await client.products.create({ name: "Course" });
  const price = await client.prices.create({
    product: product.id,
    currency: "EUR",
    unit_amount: 4900,
  });
  const session = await client.checkout.sessions.create(
    sessionParams({ line_items: [{ price: price.id, quantity: 2 }] }),
  );
  expect(session).toMatchObject({ amount_total: 9800, currency: "eur" });
  const { data } = await client.checkout.sessions.listLineItems(session.id);
  expect(data).toMatchObject([
    { description: "Course", price: { id: price.id, product: product.id } },
  ]);
  await expect(
    client.checkout.sessions.create(sessionParams({ line_items: [{ price: "price_none" }] })),
  ).rejects.toMatchObject({ code: "resource_missing", param: "line_items[0][price]" });
});

function priced(currency: string, amount: number) {
  const params = sessionParams();
  const data = params.line_items?.[0]?.price_data;
  if (data) Object.assign(data, { currency, unit_amount: amount });
  return params;
}
