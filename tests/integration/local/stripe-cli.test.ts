import { spawn } from "node:child_process";
import type Stripe from "stripe";
import { expect, test } from "vitest";
import { KEY, openStripe, sessionParams } from "./stripe-fixture.ts";

const COMPLETED = [
  "product.created",
  "price.created",
  "payment_intent.created",
  "charge.succeeded",
  "payment_intent.succeeded",
  "checkout.session.completed",
];

/** Stripe's command line, such as `npx --yes @stripe/cli@1.52.0`; its tests run when it is named. */
const program = process.env["STRIPE_CLI"];

test.runIf(program)(
  "Stripe's command line triggers events",
  async () => {
    const { local } = await openStripe();
    for (const event of ["checkout.session.completed", "checkout.session.expired"])
      expect(await runCommandLine(["trigger", event], local.port)).toContain("Trigger succeeded!");
    const types = [...local.state.events.values()].map(({ type }) => type);
    expect(types.slice(0, COMPLETED.length)).toEqual(COMPLETED);
    expect(types.at(-1)).toBe("checkout.session.expired");
  },
  120_000,
);

test("a session is paid by the requests that Stripe's command line makes", async () => {
  const { client, local } = await openStripe();
  const product = await client.products.create({ name: "myproduct" });
  const price = await client.prices.create({
    product: product.id,
    unit_amount: 1500,
    currency: "usd",
  });
  const { id } = await client.checkout.sessions.create({
    mode: "payment",
    success_url: "https://httpbin.org/post",
    line_items: [{ price: price.id, quantity: 2 }],
  });
  expect(await client.rawRequest("GET", `/v1/payment_pages/${id}`)).toMatchObject({ id });
  const payment_method = await makeCard(client, "tok_visa");
  const confirm = (params: object) =>
    client.rawRequest("POST", `/v1/payment_pages/${id}/confirm`, { payment_method, ...params });
  await expect(confirm({ expected_amount: 1500 })).rejects.toMatchObject({
    param: "expected_amount",
  });
  expect(await confirm({ expected_amount: 3000 })).toMatchObject({ payment_status: "paid" });
  expect([...local.state.events.values()].map(({ type }) => type)).toEqual(COMPLETED);
  await expect(confirm({ expected_amount: 3000 })).rejects.toMatchObject({ statusCode: 400 });
});

test("a declined card leaves the session open", async () => {
  const { client } = await openStripe();
  const { id } = await client.checkout.sessions.create(sessionParams());
  const payment_method = await makeCard(client, "tok_chargeDeclinedInsufficientFunds");
  const params = { payment_method, expected_amount: 4900 };
  await expect(
    client.rawRequest("POST", `/v1/payment_pages/${id}/confirm`, params),
  ).rejects.toMatchObject({ statusCode: 402, type: "StripeCardError" });
  expect((await client.checkout.sessions.retrieve(id)).status).toBe("open");
});

test("only test cards become payment methods", async () => {
  const { client, local } = await openStripe();
  await expect(makeCard(client, "tok_none")).rejects.toMatchObject({ param: "card[token]" });
  const card = { number: "4000000000000010", exp_month: 12, exp_year: 2040 };
  await expect(client.paymentMethods.create({ type: "card", card })).rejects.toMatchObject({
    param: "card[number]",
  });
  expect(local.state.paymentMethods.size).toBe(0);
});

async function makeCard(client: Stripe, token: string): Promise<string> {
  const { id } = await client.paymentMethods.create({
    type: "card",
    card: { token },
    billing_details: { email: "stripe@example.com", name: "Jenny Rosen" },
  });
  return id;
}

/** Gives what the command line printed. It takes 127.0.0.1 for a test server, not localhost. */
function runCommandLine(args: string[], port: number): Promise<string> {
  const [command = "", ...first] = (program ?? "").split(" ");
  const target = ["--api-base", `http://127.0.0.1:${port}`, "--api-key", KEY];
  const env = { ...process.env, STRIPE_CLI_TELEMETRY_OPTOUT: "1" };
  const child = spawn(command, [...first, ...args, ...target], { env });
  let printed = "";
  child.stdout.on("data", (part: Buffer) => (printed += part.toString()));
  child.stderr.on("data", (part: Buffer) => (printed += part.toString()));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => resolve(printed));
  });
}
