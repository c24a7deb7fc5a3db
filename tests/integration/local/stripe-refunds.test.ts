import { expect, test } from "vitest";
import { FAILING_REFUND_CARD, PAYING_CARD, SLOW_REFUND_CARD } from "#local/stripe/cards.ts";
import { openStripe, sessionParams } from "./stripe-fixture.ts";

/** A local Stripe in which one session of €49.00 was paid. */
async function openPaid(card = PAYING_CARD) {
  const stripe = await openStripe();
  const { id } = await stripe.client.checkout.sessions.create(sessionParams());
  stripe.local.pay(id, card);
  const [charge = ""] = stripe.local.state.charges.keys();
  const types = () => [...stripe.local.state.events.values()].map(({ type }) => type).slice(4);
  return { ...stripe, charge, types };
}

test("a refund that fails after it succeeded gives the charge its money back", async () => {
  const { client, local, charge, types } = await openPaid();
  const { id } = await client.refunds.create({ charge });
  expect(await client.charges.retrieve(charge)).toMatchObject({ refunded: true });
  local.failRefund(id);

  expect(await client.refunds.retrieve(id)).toMatchObject({
    status: "failed",
    failure_reason: "expired_or_canceled_card",
    failure_balance_transaction: expect.stringMatching(/^txn_/) as string,
  });
  expect(await client.charges.retrieve(charge)).toMatchObject({
    amount_refunded: 0,
    refunded: false,
  });
  expect(types()).toEqual([
    "refund.created",
    "charge.refunded",
    "refund.updated",
    "refund.failed",
    "charge.refund.updated",
  ]);
  expect(() => local.failRefund(id)).toThrow(RangeError);
  expect(await client.refunds.create({ charge })).toMatchObject({ amount: 4900 });
});

test("of several refunds only the failed one comes back", async () => {
  const { client, local, charge } = await openPaid();
  const first = await client.refunds.create({ charge, amount: 1000 });
  await client.refunds.create({ charge, amount: 3900 });
  local.failRefund(first.id, "declined");
  expect(await client.charges.retrieve(charge)).toMatchObject({
    amount_refunded: 3900,
    refunded: false,
  });
});

test("nobody gets more back than was paid, also while a refund waits", async () => {
  const { client, local, charge } = await openPaid();
  await expect(client.refunds.create({ charge, amount: 4901 })).rejects.toMatchObject({
    statusCode: 400,
    param: "amount",
    message: "Refund amount (€49.01) is greater than charge amount (€49.00)",
  });
  local.pendingRefund(charge, 900);
  await expect(client.refunds.create({ charge, amount: 4001 })).rejects.toMatchObject({
    message: "Refund amount (€40.01) is greater than unrefunded amount on charge (€40.00)",
  });
});

test("a pending refund succeeds later", async () => {
  const { client, local, charge, types } = await openPaid();
  const { id, status } = local.pendingRefund(charge, 900);
  expect(status).toBe("pending");
  expect(await client.charges.retrieve(charge)).toMatchObject({ amount_refunded: 900 });
  local.succeedRefund(id);
  expect((await client.refunds.retrieve(id)).status).toBe("succeeded");
  expect(types().slice(2)).toEqual(["refund.updated", "charge.refund.updated"]);
});

test("a refund that waits for the buyer can be canceled, another can not", async () => {
  const { client, local, charge } = await openPaid();
  const { id } = local.pendingRefund(charge, 900, "requires_action");
  expect(await client.refunds.cancel(id)).toMatchObject({
    status: "canceled",
    failure_reason: "merchant_request",
  });
  expect(await client.charges.retrieve(charge)).toMatchObject({ amount_refunded: 0 });
  const done = await client.refunds.create({ charge });
  await expect(client.refunds.cancel(done.id)).rejects.toMatchObject({ statusCode: 400 });
});

test.each([
  [SLOW_REFUND_CARD, "pending", "succeeded", true],
  [FAILING_REFUND_CARD, "succeeded", "failed", false],
])("the refund of the card %s is %s, then %s", async (card, begin, end, refunded) => {
  const { client, local, charge } = await openPaid(card);
  const { id, status } = await client.refunds.create({ charge });
  expect(status).toBe(begin);
  local.advance(60);
  expect((await client.refunds.retrieve(id)).status).toBe(end);
  expect((await client.charges.retrieve(charge)).refunded).toBe(refunded);
});

test("a refund's metadata is merged, and emptied", async () => {
  const { client, charge } = await openPaid();
  const { id } = await client.refunds.create({ charge, metadata: { order: "1", item: "2" } });
  const changed = await client.refunds.update(id, { metadata: { item: "", note: "x" } });
  expect(changed.metadata).toEqual({ order: "1", note: "x" });
  expect((await client.refunds.update(id, { metadata: "" })).metadata).toEqual({});
});
