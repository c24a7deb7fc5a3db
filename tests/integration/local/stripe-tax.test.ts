import type Stripe from "stripe";
import { expect, test } from "vitest";
import { cardForm, openStripe, postForm, sessionParams } from "./stripe-fixture.ts";

type TaxBehavior = "exclusive" | "inclusive";

const BERLIN = { billingCountry: "DE", billingPostalCode: "10115" };

function taxed(
  behavior: TaxBehavior,
  more: Partial<Stripe.Checkout.SessionCreateParams> = {},
): Stripe.Checkout.SessionCreateParams {
  const params = sessionParams({ automatic_tax: { enabled: true }, ...more });
  const data = params.line_items?.[0]?.price_data;
  if (data) data.tax_behavior = behavior;
  return params;
}

test.each([
  ["exclusive", "DE", 931, 5831],
  ["inclusive", "DE", 782, 4900],
  ["exclusive", "FR", 980, 5880],
  ["exclusive", "IE", 1127, 6027],
  ["exclusive", "US", 0, 4900],
] as const)("an %s price in %s has a tax of %i", async (behavior, country, tax, total) => {
  const { client, local } = await openStripe();
  const session = await client.checkout.sessions.create(taxed(behavior));
  expect(session).toMatchObject({
    amount_total: 4900,
    automatic_tax: { status: "requires_location_inputs" },
  });
  local.setAddress(session.id, { country, postal_code: "1" });
  local.pay(session.id);
  const paid = await client.checkout.sessions.retrieve(session.id, {
    expand: ["payment_intent", "line_items"],
  });
  expect(paid).toMatchObject({
    amount_subtotal: 4900,
    amount_total: total,
    total_details: { amount_tax: tax },
    automatic_tax: { enabled: true, status: "complete" },
    payment_intent: { amount: total },
    line_items: { data: [{ amount_tax: tax, amount_total: total }] },
  });
});

test("the page asks for the country, shows the new total and takes only what it showed", async () => {
  const { client, local } = await openStripe();
  const { id, url } = await client.checkout.sessions.create(taxed("exclusive"));
  expect(await (await fetch(url ?? "")).text()).toContain("by your country");
  const missing = await postForm(url, cardForm());
  expect(missing.status).toBe(402);
  expect(await missing.text()).toContain("Choose your country.");

  const first = await postForm(url, { ...cardForm(), ...BERLIN, shownTotal: "4900" });
  expect(first.status).toBe(200);
  const page = await first.text();
  expect(page).toContain("The total is now €58.31.");
  expect(page).toContain("VAT DE 19 %");
  expect(page).toContain('value="5831"');
  expect(local.state.charges.size).toBe(0);

  const second = await postForm(url, { ...cardForm(), ...BERLIN, shownTotal: "5831" });
  expect(second.status).toBe(303);
  expect(await client.checkout.sessions.retrieve(id)).toMatchObject({
    amount_total: 5831,
    customer_details: { address: { country: "DE", postal_code: "10115" } },
  });
});

test("a control pays from where no tax is owed, unless told otherwise", async () => {
  const { client, local } = await openStripe();
  const { id } = await client.checkout.sessions.create(taxed("exclusive"));
  local.pay(id);
  expect(await client.checkout.sessions.retrieve(id)).toMatchObject({
    payment_status: "paid",
    amount_total: 4900,
    automatic_tax: { status: "complete" },
    customer_details: { address: { country: "US" } },
  });
});

test("tax is owed on what is left after the discount", async () => {
  const { client, local } = await openStripe();
  local.createPromotion({ code: "WELCOME20", percentOff: 20 });
  const { id } = await client.checkout.sessions.create(
    taxed("exclusive", { allow_promotion_codes: true }),
  );
  local.setAddress(id, { country: "DE" });
  local.applyPromotion(id, "WELCOME20");
  expect(await client.checkout.sessions.retrieve(id)).toMatchObject({
    total_details: { amount_discount: 980, amount_tax: 745 },
    amount_total: 4665,
  });
});

test("a customer needs an address, or leave to write one down", async () => {
  const { client } = await openStripe();
  const { id: customer } = await client.customers.create({ email: "ada@example.com" });
  await expect(
    client.checkout.sessions.create(taxed("exclusive", { customer })),
  ).rejects.toMatchObject({ statusCode: 400, code: "customer_tax_location_invalid" });
  await expect(
    client.checkout.sessions.create(
      sessionParams({ customer, tax_id_collection: { enabled: true } }),
    ),
  ).rejects.toMatchObject({ statusCode: 400, param: "customer_update[name]" });
  const { id: settled } = await client.customers.create({ address: { country: "FR" } });
  const session = await client.checkout.sessions.create(taxed("exclusive", { customer: settled }));
  expect(session).toMatchObject({ amount_total: 5880, automatic_tax: { status: "complete" } });
});

test("a business gives name and VAT number, which its customer keeps", async () => {
  const { client } = await openStripe();
  const { id: customer } = await client.customers.create({ email: "ada@example.com" });
  const { id, url } = await client.checkout.sessions.create(
    taxed("exclusive", {
      customer,
      customer_update: { address: "auto", name: "auto" },
      tax_id_collection: { enabled: true },
    }),
  );
  const business = { ...cardForm(), billingCountry: "FR", billingPostalCode: "75001" };
  const wrong = await postForm(url, { ...business, taxId: "12" });
  expect(await wrong.text()).toContain("Write the VAT number with its country");
  await postForm(url, { ...business, taxId: "fr 12 345678901", businessName: "Ada & Co" });

  // A business elsewhere in the Union owes the tax itself.
  expect(await client.checkout.sessions.retrieve(id)).toMatchObject({
    payment_status: "paid",
    total_details: { amount_tax: 0 },
    customer_details: {
      business_name: "Ada & Co",
      tax_ids: [{ type: "eu_vat", value: "FR12345678901" }],
    },
  });
  expect(await client.customers.retrieve(customer)).toMatchObject({
    name: "Ada & Co",
    address: { country: "FR", postal_code: "75001" },
  });
  const { data } = await client.customers.listTaxIds(customer);
  expect(data).toMatchObject([{ type: "eu_vat", value: "FR12345678901", country: "FR" }]);
});

test("a customer that may not be updated stays as it was", async () => {
  const { client } = await openStripe();
  const { id: customer } = await client.customers.create({
    name: "Ada",
    address: { country: "FR" },
  });
  const { url } = await client.checkout.sessions.create(taxed("exclusive", { customer }));
  await postForm(url, { ...cardForm(), ...BERLIN, billingName: "Someone" });
  expect(await client.customers.retrieve(customer)).toMatchObject({
    name: "Ada",
    address: { country: "FR" },
  });
});
