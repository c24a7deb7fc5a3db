import type Stripe from "stripe";
import { expect, test } from "vitest";
import { openStripe, sessionParams } from "./stripe-fixture.ts";

/** Makes a session with parameters that the types would refuse. */
async function create(change: object) {
  const { client } = await openStripe();
  const params: Stripe.Checkout.SessionCreateParams = { ...sessionParams(), ...change };
  return client.checkout.sessions.create(params);
}

test.each([
  [{ subscription_data: { trial_period_days: 3 } }, "subscription_data"],
  [{ shipping_options: [{ shipping_rate: "shr_1" }] }, "shipping_options"],
  [{ payment_intent_data: { capture_method: "manual" } }, "payment_intent_data[capture_method]"],
])("what Stripe takes and the stand-in does not play is refused: %j", async (change, param) => {
  await expect(create(change)).rejects.toMatchObject({
    param,
    message: expect.stringContaining("does not play") as string,
  });
});

test.each([
  [{ mode: "subscription" }, "mode"],
  [{ discounts: [{ cupon: "x" }] }, "discounts[0][cupon]"],
  [
    { automatic_tax: { enabled: true, liability: { type: "me" } } },
    "automatic_tax[liability][type]",
  ],
  [{ invoice_creation: { invoice_data: { footer: "x" } } }, "invoice_creation[enabled]"],
  [{ client_reference_id: "x".repeat(201) }, "client_reference_id"],
  [
    { payment_intent_data: { statement_descriptor: "x".repeat(23) } },
    "payment_intent_data[statement_descriptor]",
  ],
])("nested parameters follow the types of the package: %j", async (change, param) => {
  await expect(create(change)).rejects.toMatchObject({ statusCode: 400, param });
});

test("a rate may have decimals, an amount may not", async () => {
  const { client } = await openStripe();
  expect(await client.coupons.create({ percent_off: 12.5 })).toMatchObject({ percent_off: 12.5 });
  await expect(client.coupons.create({ amount_off: 12.5, currency: "eur" })).rejects.toMatchObject({
    param: "amount_off",
    code: "parameter_invalid_integer",
  });
});

test("an empty value unsets where the types say so", async () => {
  const { client } = await openStripe();
  const { id } = await client.coupons.create({ percent_off: 10, metadata: "" });
  await client.coupons.update(id, { metadata: { a: "1", b: "2" } });
  expect((await client.coupons.update(id, { metadata: { a: "" } })).metadata).toEqual({ b: "2" });
  expect((await client.coupons.update(id, { metadata: "" })).metadata).toEqual({});
  await expect(
    client.checkout.sessions.create(sessionParams({ client_reference_id: "" })),
  ).rejects.toMatchObject({ code: "parameter_invalid_empty" });
});

test("what the types show as an id can be expanded, through lists and groups", async () => {
  const { client, local } = await openStripe();
  const { id: promotion_code } = local.createPromotion({ code: "HALF", percentOff: 50 });
  const session = await client.checkout.sessions.create({
    ...sessionParams(),
    discounts: [{ promotion_code }],
    expand: ["discounts.promotion_code", "line_items.data.price.product"],
  });
  expect(session).toMatchObject({
    discounts: [{ promotion_code: { id: promotion_code, object: "promotion_code" } }],
    line_items: { data: [{ price: { product: expect.anything() as unknown } }] },
  });
  const listed = await client.checkout.sessions.list({ expand: ["data.line_items"] });
  expect(listed.data[0]?.line_items?.data).toHaveLength(1);
});

test.each(["amount_total", "line_items.data.price", "payment_intent.amount", "customer.sources.x"])(
  "%s cannot be expanded",
  async (path) => {
    await expect(create({ expand: [path] })).rejects.toMatchObject({ param: "expand[0]" });
  },
);
