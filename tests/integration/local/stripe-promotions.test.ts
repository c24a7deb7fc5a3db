import type Stripe from "stripe";
import { expect, test } from "vitest";
import { cardForm, openStripe, postForm, sessionParams } from "./stripe-fixture.ts";

type LineItem = Stripe.Checkout.SessionCreateParams.LineItem;

function item(name: string, amount: number, quantity = 1, currency = "eur"): LineItem {
  return {
    quantity,
    price_data: { currency, unit_amount: amount, product_data: { name } },
  };
}

const CODES_ALLOWED = { allow_promotion_codes: true };
const TWO_COURSES = { ...CODES_ALLOWED, line_items: [item("One", 4900), item("Two", 1999)] };

test("a code typed in any case takes its share off each line, and the buyer pays the rest", async () => {
  const { client, local } = await openStripe();
  const coupon = await client.coupons.create({ percent_off: 15, name: "Spring" });
  const code = await client.promotionCodes.create({
    promotion: { type: "coupon", coupon: coupon.id },
    code: "SPRING15",
  });
  const types = ["promotion_code.created", "coupon.created"];
  expect((await client.events.list({ types })).data.map(({ type }) => type)).toEqual(types);
  const { id, url } = await client.checkout.sessions.create(sessionParams(TWO_COURSES));

  const applied = await postForm(url, { action: "apply", promotionCode: " spring15 " });
  const page = await applied.text();
  expect(page).toContain("SPRING15 (15 % off)");
  expect(page).toContain("-€10.35");
  expect(page).toContain("Pay €58.64");
  expect((await postForm(url, cardForm())).status).toBe(303);

  const paid = await client.checkout.sessions.retrieve(id, {
    expand: ["payment_intent", "line_items"],
  });
  expect(paid).toMatchObject({
    amount_subtotal: 6899,
    amount_total: 5864,
    total_details: { amount_discount: 1035, amount_tax: 0 },
    discounts: [{ coupon: null, promotion_code: code.id }],
    payment_status: "paid",
    payment_intent: { amount: 5864, amount_received: 5864 },
    line_items: {
      data: [
        { amount_subtotal: 4900, amount_discount: 735, amount_total: 4165 },
        { amount_subtotal: 1999, amount_discount: 300, amount_total: 1699 },
      ],
    },
  });
  expect((await client.promotionCodes.retrieve(code.id)).times_redeemed).toBe(1);
  expect((await client.coupons.retrieve(coupon.id)).times_redeemed).toBe(1);
  expect(local.state.charges.size).toBe(1);
});

test("an amount off is parted over the lines without losing a cent", async () => {
  const { client, local } = await openStripe();
  local.createPromotion({ code: "FIVER", amountOff: 500 });
  const items = [item("One", 1000), item("Two", 1000), item("Three", 1000)];
  const params = sessionParams({ ...CODES_ALLOWED, line_items: items });
  const { id } = await client.checkout.sessions.create(params);
  expect(local.applyPromotion(id, "FIVER")).toBeNull();
  const { data } = await client.checkout.sessions.listLineItems(id);
  expect(data.map((each) => each.amount_discount)).toEqual([167, 167, 166]);
});

test("an amount off larger than the order leaves nothing to pay, never less", async () => {
  const { client, local } = await openStripe();
  local.createPromotion({ code: "HUNDRED", amountOff: 10_000 });
  const { id } = await client.checkout.sessions.create(sessionParams(CODES_ALLOWED));
  expect(local.applyPromotion(id, "HUNDRED")).toBeNull();
  expect(await client.checkout.sessions.retrieve(id)).toMatchObject({
    amount_total: 0,
    total_details: { amount_discount: 4900 },
  });
});

test("a whole discount asks for no card and makes no payment", async () => {
  const { client, local } = await openStripe();
  local.createPromotion({ code: "FREE100", percentOff: 100 });
  const { id, url } = await client.checkout.sessions.create(sessionParams(CODES_ALLOWED));
  expect((await postForm(url, cardForm("4000000000000002"))).status).toBe(402);
  const page = await (await postForm(url, { action: "apply", promotionCode: "free100" })).text();
  expect(page).not.toContain('name="cardNumber"');
  expect(page).toContain("Complete order");
  const sent = await postForm(url, { action: "pay", email: "ada@example.com" });
  expect(sent.status).toBe(303);
  expect(await client.checkout.sessions.retrieve(id)).toMatchObject({
    status: "complete",
    payment_status: "no_payment_required",
    payment_intent: null,
    amount_total: 0,
  });
  const [tried] = (await client.paymentIntents.list()).data;
  expect(tried?.status).toBe("canceled");
});

test("a code taken away again no longer counts", async () => {
  const { client, local } = await openStripe();
  local.createPromotion({ code: "WELCOME20", percentOff: 20 });
  const { id, url } = await client.checkout.sessions.create(sessionParams(CODES_ALLOWED));
  await postForm(url, { action: "apply", promotionCode: "WELCOME20" });
  const page = await (await postForm(url, { action: "remove" })).text();
  expect(page).toContain("Add promotion code");
  expect(await client.checkout.sessions.retrieve(id)).toMatchObject({
    amount_total: 4900,
    discounts: [],
  });
});

test("a code that is unknown, over, used up or for other orders is refused in words", async () => {
  const { client, local } = await openStripe();
  const end = Math.floor(Date.now() / 1000) + 60;
  local.createPromotion({ code: "OLD", percentOff: 10, expiresAt: end });
  local.createPromotion({ code: "ONCE", percentOff: 10, maxRedemptions: 1 });
  local.createPromotion({ code: "DOLLARS", amountOff: 500, currency: "usd" });
  local.createPromotion({ code: "BIG", percentOff: 10, minimumAmount: 10_000 });
  const first = await client.checkout.sessions.create(sessionParams(CODES_ALLOWED));
  expect(local.applyPromotion(first.id, "ONCE")).toBeNull();
  local.pay(first.id);
  local.advance(61);

  const { id, url } = await client.checkout.sessions.create(sessionParams(CODES_ALLOWED));
  const refused = await postForm(url, { action: "apply", promotionCode: "NOPE" });
  expect(refused.status).toBe(402);
  const page = await refused.text();
  expect(page).toContain("This code is invalid.");
  expect(page).not.toContain("The payment did not go through");
  expect(local.applyPromotion(id, "OLD")).toBe("This code has expired.");
  expect(local.applyPromotion(id, "ONCE")).toBe("This code has expired.");
  expect(local.applyPromotion(id, "DOLLARS")).toBe("This code is not for this currency.");
  expect(local.applyPromotion(id, "BIG")).toBe("This code needs an order of at least €100.00.");
  expect((await client.checkout.sessions.retrieve(id)).amount_total).toBe(4900);
});

test("a code that ends before the payment is taken off, and the buyer is told", async () => {
  const { client, local } = await openStripe();
  local.createPromotion({ code: "ONCE", percentOff: 50, maxRedemptions: 1 });
  const [one, two] = await Promise.all([
    client.checkout.sessions.create(sessionParams(CODES_ALLOWED)),
    client.checkout.sessions.create(sessionParams(CODES_ALLOWED)),
  ]);
  for (const { id } of [one, two]) expect(local.applyPromotion(id, "ONCE")).toBeNull();
  local.pay(one.id);
  const late = await postForm(two.url, cardForm());
  expect(late.status).toBe(402);
  expect(await late.text()).toContain("This code has expired.");
  expect(local.state.charges.size).toBe(1);
  await postForm(two.url, cardForm());
  expect((await client.checkout.sessions.retrieve(two.id)).amount_total).toBe(4900);
});

test("a code for first orders serves a customer once", async () => {
  const { client, local } = await openStripe();
  local.createPromotion({ code: "FIRST", percentOff: 10, firstTimeOnly: true });
  const { id: customer } = await client.customers.create({ email: "ada@example.com" });
  const params = sessionParams({ ...CODES_ALLOWED, customer });
  const { id } = await client.checkout.sessions.create(params);
  expect(local.applyPromotion(id, "FIRST")).toBeNull();
  local.pay(id);
  const again = await client.checkout.sessions.create(params);
  expect(local.applyPromotion(again.id, "FIRST")).toBe("This code is for a first order only.");
});

test("a page that shows another total than the session's takes no money", async () => {
  const { client, local } = await openStripe();
  local.createPromotion({ code: "WELCOME20", percentOff: 20 });
  const { id, url } = await client.checkout.sessions.create(sessionParams(CODES_ALLOWED));
  local.applyPromotion(id, "WELCOME20");
  const stale = await postForm(url, { ...cardForm(), shownTotal: "4900" });
  expect(stale.status).toBe(200);
  expect(await stale.text()).toContain("The total is now €39.20.");
  expect(local.state.charges.size).toBe(0);
});

test("codes are listed, switched off and refused when there is no such coupon", async () => {
  const { client, local } = await openStripe();
  const made = local.createPromotion({ code: "WELCOME20", percentOff: 20 });
  expect(local.createPromotion({ code: "welcome20", percentOff: 99 }).id).toBe(made.id);
  expect((await client.promotionCodes.list({ code: "welcome20" })).data).toHaveLength(1);
  // What a stack begins with must not be sent to a shop that is not there yet.
  expect(local.state.events.size).toBe(0);
  await client.promotionCodes.update(made.id, { active: false });
  expect((await client.promotionCodes.list({ active: true })).data).toEqual([]);
  const { id } = await client.checkout.sessions.create(sessionParams(CODES_ALLOWED));
  expect(local.applyPromotion(id, "WELCOME20")).toBe("This code has expired.");
  await expect(
    client.promotionCodes.create({ promotion: { type: "coupon", coupon: "none" } }),
  ).rejects.toMatchObject({ statusCode: 400, param: "promotion[coupon]" });
});

test.each([
  [{ percent_off: 20, amount_off: 500, currency: "eur" }, "percent_off"],
  [{}, "percent_off"],
  [{ percent_off: 101 }, "percent_off"],
  [{ amount_off: 500 }, "currency"],
])("a coupon with %o is refused", async (params, param) => {
  const { client } = await openStripe();
  await expect(client.coupons.create(params)).rejects.toMatchObject({ statusCode: 400, param });
});

test("a session may begin with a discount of the shop's own", async () => {
  const { client } = await openStripe();
  const { id: coupon } = await client.coupons.create({ amount_off: 900, currency: "eur" });
  const session = await client.checkout.sessions.create(sessionParams({ discounts: [{ coupon }] }));
  expect(session).toMatchObject({
    amount_total: 4000,
    discounts: [{ coupon, promotion_code: null }],
  });
  await expect(
    client.checkout.sessions.create(sessionParams({ ...CODES_ALLOWED, discounts: [{ coupon }] })),
  ).rejects.toMatchObject({ statusCode: 400, param: "discounts" });
});

test("a code leaves the buyer's address where it is", async () => {
  const { client, local } = await openStripe();
  local.createPromotion({ code: "WELCOME20", percentOff: 20 });
  const params = { ...CODES_ALLOWED, customer_email: "ada@example.com" };
  const { url } = await client.checkout.sessions.create(sessionParams(params));
  for (const form of [{ action: "apply", promotionCode: "WELCOME20" }, { action: "remove" }])
    expect(await (await postForm(url, form)).text()).toContain('value="ada@example.com"');
});
