import { expect, test } from "vitest";
import { cardForm, openStripe, postForm, sessionParams } from "./stripe-fixture.ts";

const WITH_INVOICE = { invoice_creation: { enabled: true } };

test("a paid session gets an invoice that a business can print", async () => {
  const { client, local } = await openStripe();
  local.createPromotion({ code: "WELCOME20", percentOff: 20 });
  const { id, url } = await client.checkout.sessions.create(
    sessionParams({
      ...WITH_INVOICE,
      allow_promotion_codes: true,
      automatic_tax: { enabled: true },
      tax_id_collection: { enabled: true },
    }),
  );
  local.applyPromotion(id, "WELCOME20");
  await postForm(url, {
    ...cardForm(),
    billingCountry: "DE",
    billingPostalCode: "10115",
    businessName: "Ada <& Co>",
    taxId: "DE123456789",
  });

  const session = await client.checkout.sessions.retrieve(id, { expand: ["invoice"] });
  const invoice = typeof session.invoice === "object" ? session.invoice : null;
  expect(invoice).toMatchObject({
    object: "invoice",
    status: "paid",
    customer: session.customer,
    customer_name: "Ada <& Co>",
    customer_address: { country: "DE" },
    customer_tax_ids: [{ type: "eu_vat", value: "DE123456789" }],
    subtotal: 4900,
    total: 3920,
    amount_paid: 3920,
    amount_remaining: 0,
    total_taxes: [{ amount: 626, tax_behavior: "inclusive" }],
    lines: { data: [{ amount: 4900, quantity: 1, discount_amounts: [{ amount: 980 }] }] },
  });
  const page = await (await fetch(invoice?.hosted_invoice_url ?? "")).text();
  for (const part of [
    invoice?.number ?? "no number",
    "Ada &#60;&#38; Co&#62;",
    "DE123456789",
    "Production, step by step",
    "VAT DE 19 %, included in the prices",
    "€6.26",
    "-€9.80",
    "€39.20",
  ])
    expect(page).toContain(part);
  expect((await fetch(invoice?.invoice_pdf ?? "")).status).toBe(200);
  const types = [...local.state.events.values()].map(({ type }) => type);
  expect(types.indexOf("invoice.paid")).toBeLessThan(types.indexOf("checkout.session.completed"));
  expect(types).toContain("customer.created");
});

test("a transfer's invoice comes with the money, never without it", async () => {
  const { client, local } = await openStripe();
  const [late, never] = await Promise.all([
    client.checkout.sessions.create(sessionParams(WITH_INVOICE)),
    client.checkout.sessions.create(sessionParams(WITH_INVOICE)),
  ]);
  for (const { id } of [late, never]) local.payByTransfer(id);
  expect((await client.invoices.list()).data).toEqual([]);
  local.settle(late.id, true);
  local.settle(never.id, false);
  const { data } = await client.invoices.list();
  expect(data).toHaveLength(1);
  expect((await client.checkout.sessions.retrieve(late.id)).invoice).toBe(data[0]?.id);
  expect((await client.checkout.sessions.retrieve(never.id)).invoice).toBeNull();
});

test("a customer's invoices are numbered one after the other", async () => {
  const { client, local } = await openStripe();
  const { id: customer } = await client.customers.create({ email: "ada@example.com" });
  for (let count = 0; count < 2; count += 1) {
    const params = sessionParams({ ...WITH_INVOICE, customer });
    local.pay((await client.checkout.sessions.create(params)).id);
  }
  const { data } = await client.invoices.list({ customer });
  expect(data.map(({ number }) => number?.slice(-5))).toEqual(["-0002", "-0001"]);
});

test("without being asked for there is no invoice, and none at a wrong address", async () => {
  const { client, local } = await openStripe();
  const { id } = await client.checkout.sessions.create(sessionParams());
  local.pay(id);
  expect((await client.checkout.sessions.retrieve(id)).invoice).toBeNull();
  expect((await fetch(`${local.url}/i/in_none`)).status).toBe(404);
});
