import { expect, test } from "vitest";
import { DISPUTED_CARD, INQUIRY_CARD, PAYING_CARD } from "#local/stripe/cards.ts";
import { openStripe, sessionParams } from "./stripe-fixture.ts";

/** A local Stripe in which one session of €49.00 was paid, seen from then on. */
async function openPaid(card = PAYING_CARD) {
  const stripe = await openStripe();
  const { id } = await stripe.client.checkout.sessions.create(sessionParams());
  stripe.local.pay(id, card);
  const [charge = ""] = stripe.local.state.charges.keys();
  const types = () => [...stripe.local.state.events.values()].map(({ type }) => type).slice(4);
  return { ...stripe, charge, types };
}

test("a dispute takes the money, and a won one gives it back", async () => {
  const { client, local, charge, types } = await openPaid();
  const { id } = local.dispute(charge, { reason: "product_not_received" });
  const open = await client.disputes.retrieve(id);
  expect(open).toMatchObject({
    status: "needs_response",
    reason: "product_not_received",
    amount: 4900,
    charge,
    is_charge_refundable: false,
    balance_transactions: [{ amount: -4900 }],
  });
  expect(open.evidence_details.due_by).toBeGreaterThan(open.created);
  expect((await client.charges.retrieve(charge)).disputed).toBe(true);
  expect((await client.disputes.list({ charge })).data).toHaveLength(1);
  await expect(client.refunds.create({ charge })).rejects.toMatchObject({
    code: "charge_disputed",
  });

  local.winDispute(id);
  expect(await client.disputes.retrieve(id)).toMatchObject({
    status: "won",
    balance_transactions: [{ amount: -4900 }, { amount: 4900 }],
  });
  expect(types()).toEqual([
    "charge.dispute.created",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_reinstated",
  ]);
  expect((await client.refunds.create({ charge })).status).toBe("succeeded");
});

test("a lost dispute keeps the money and can't be changed any more", async () => {
  const { client, local, charge, types } = await openPaid();
  const { id } = local.dispute(charge);
  local.loseDispute(id);
  expect(await client.disputes.retrieve(id)).toMatchObject({
    status: "lost",
    balance_transactions: [{ amount: -4900 }],
  });
  expect(types().at(-1)).toBe("charge.dispute.closed");
  await expect(client.disputes.close(id)).rejects.toMatchObject({ statusCode: 400 });
  await expect(
    client.disputes.update(id, { evidence: { uncategorized_text: "Wait" } }),
  ).rejects.toMatchObject({ statusCode: 400 });
  await expect(client.refunds.create({ charge })).rejects.toMatchObject({ statusCode: 400 });
});

test("the seller may accept a dispute", async () => {
  const { client, local, charge } = await openPaid();
  const { id } = local.dispute(charge);
  expect((await client.disputes.close(id)).status).toBe("lost");
});

test("evidence goes to the bank when it is submitted, and the test texts decide", async () => {
  const { client, local, charge } = await openPaid();
  const { id } = local.dispute(charge);
  const draft = { evidence: { product_description: "A course" }, submit: false };
  expect(await client.disputes.update(id, draft)).toMatchObject({
    status: "needs_response",
    evidence: { product_description: "A course" },
    evidence_details: { has_evidence: true, submission_count: 0 },
  });
  expect(await client.disputes.update(id, { evidence: { service_date: "Monday" } })).toMatchObject({
    status: "under_review",
    evidence: { product_description: "A course", service_date: "Monday" },
    evidence_details: { submission_count: 1 },
  });
  const evidence = { uncategorized_text: "winning_evidence" };
  expect((await client.disputes.update(id, { evidence })).status).toBe("won");
});

test("an inquiry takes no money, allows a refund and just ends", async () => {
  const { client, local, charge, types } = await openPaid(INQUIRY_CARD);
  const [inquiry] = (await client.disputes.list({ charge })).data;
  expect(inquiry).toMatchObject({
    status: "warning_needs_response",
    is_charge_refundable: true,
    balance_transactions: [],
  });
  expect(types()).toEqual(["charge.dispute.created"]);
  await client.refunds.create({ charge, amount: 100 });
  local.winDispute(inquiry?.id ?? "");
  expect(await client.disputes.retrieve(inquiry?.id ?? "")).toMatchObject({
    status: "warning_closed",
    balance_transactions: [],
  });
  expect(types()).not.toContain("charge.dispute.funds_reinstated");
});

test("an inquiry that escalates takes the money", async () => {
  const { client, local, charge, types } = await openPaid();
  const { id } = local.dispute(charge, { inquiry: true });
  local.escalateDispute(id);
  expect(await client.disputes.retrieve(id)).toMatchObject({
    status: "needs_response",
    balance_transactions: [{ amount: -4900 }],
  });
  expect(types()).toContain("charge.dispute.funds_withdrawn");
});

test("the disputing card is disputed right after the session has completed", async () => {
  const { types } = await openPaid(DISPUTED_CARD);
  expect(types()).toEqual(["charge.dispute.created", "charge.dispute.funds_withdrawn"]);
});

test("what was never paid can't be disputed", async () => {
  const { client, local } = await openStripe();
  const { id } = await client.checkout.sessions.create(sessionParams());
  local.payByTransfer(id);
  const [charge = ""] = local.state.charges.keys();
  expect(() => local.dispute(charge)).toThrow("has not been paid");
  expect(() => local.dispute("ch_none")).toThrow("No such charge");
});
