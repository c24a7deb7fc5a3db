import Stripe from "stripe";
import { expect, test } from "vitest";
import { connect, openStripe, sessionParams } from "./stripe-fixture.ts";

test("wrong credentials, a full and a failing Stripe answer in Stripe's own shape", async () => {
  const { client, faults } = await openStripe();
  faults.set("stripe", "credentials");
  await expect(client.events.list()).rejects.toBeInstanceOf(
    Stripe.errors.StripeAuthenticationError,
  );
  faults.set("stripe", "full");
  await expect(client.events.list()).rejects.toMatchObject({
    type: "StripeRateLimitError",
    headers: { "retry-after": "1" },
  });
  faults.set("stripe", "errors");
  await expect(client.events.list()).rejects.toMatchObject({
    type: "StripeAPIError",
    statusCode: 500,
  });
  faults.set("stripe", null);
  expect((await client.events.list()).data).toEqual([]);
});

test("a refused and a hanging connection reach the library as such", async () => {
  const { local, faults } = await openStripe();
  const hasty = connect(local, undefined, { timeout: 200 });
  for (const fault of ["refuse", "hang"] as const) {
    faults.set("stripe", fault);
    await expect(hasty.events.list()).rejects.toBeInstanceOf(Stripe.errors.StripeConnectionError);
  }
});

test("a fault of the API leaves the hosted page alone", async () => {
  const { client, faults } = await openStripe();
  const { url } = await client.checkout.sessions.create(sessionParams());
  faults.set("stripe", "refuse");
  expect((await fetch(url ?? "")).status).toBe(200);
});

test("the library's retry meets a healthy answer after an error", async () => {
  const { local, faults } = await openStripe();
  faults.set("stripe", "errors");
  const patient = connect(local, undefined, { maxNetworkRetries: 1 });
  await expect(patient.checkout.sessions.create(sessionParams())).resolves.toBeDefined();
  expect(local.state.checkouts.size).toBe(1);
});
