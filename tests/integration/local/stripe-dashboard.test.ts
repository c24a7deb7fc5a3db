import { expect, test } from "vitest";
import { openStripe, postForm, sessionParams } from "./stripe-fixture.ts";

/** A local Stripe with one paid session, and what its page shows and does. */
async function openDashboard() {
  const stripe = await openStripe();
  const { id } = await stripe.client.checkout.sessions.create(sessionParams());
  stripe.local.pay(id);
  const [charge = ""] = stripe.local.state.charges.keys();
  const show = async (): Promise<string> => (await fetch(stripe.local.url)).text();
  const press = async (action: string, fields: Record<string, string> = {}): Promise<void> => {
    const answer = await postForm(`${stripe.local.url}/${action}`, fields);
    expect(answer.status).toBe(303);
  };
  return { ...stripe, id, charge, show, press };
}

test("its buttons refund a part, then the rest, and let a refund fail", async () => {
  const { client, local, charge, show, press } = await openDashboard();
  expect(await show()).toContain("Refund a part");
  await press("refund-part", { id: charge, amount: "9,50" });
  expect(await show()).toContain("€9.50 refunded");
  await press("refund-part", { id: charge, amount: "a lot" });
  await press("refund-part", { id: charge, amount: "100" });
  expect(local.state.refunds.size).toBe(1);
  await press("refund", { id: charge });
  expect(await show()).not.toContain("Refund in full");
  const [latest] = (await client.refunds.list()).data;
  await press("fail-refund", { id: latest?.id ?? "" });
  expect(await client.charges.retrieve(charge)).toMatchObject({ amount_refunded: 950 });
  expect(await show()).toContain("failed, expired_or_canceled_card");
});

test("its buttons dispute a payment and decide the dispute", async () => {
  const { client, charge, show, press } = await openDashboard();
  await press("inquire", { id: charge });
  const [dispute] = (await client.disputes.list()).data;
  expect(await show()).toContain("Make it a dispute");
  await press("escalate-dispute", { id: dispute?.id ?? "" });
  await press("lose-dispute", { id: dispute?.id ?? "" });
  expect((await client.disputes.retrieve(dispute?.id ?? "")).status).toBe("lost");
  await press("win-dispute", { id: dispute?.id ?? "" });
  expect((await client.disputes.retrieve(dispute?.id ?? "")).status).toBe("lost");
  expect(await show()).not.toContain("Seller wins");
});

test("it moves the clock ahead, never back, and lists promotion codes", async () => {
  const { client, local, show, press } = await openDashboard();
  local.createPromotion({ code: "WELCOME20", percentOff: 20, maxRedemptions: 3 });
  const open = await client.checkout.sessions.create(sessionParams());
  await press("advance", { days: "-1" });
  await press("advance", { days: "never" });
  expect(local.state.clockOffset).toBe(0);
  await press("advance", { days: "2" });
  expect((await client.checkout.sessions.retrieve(open.id)).status).toBe("expired");
  const page = await show();
  expect(page).toContain("2 days ahead");
  expect(page).toContain("WELCOME20");
  expect(page).toContain("used 0 of 3 times");
});

test("it holds events back and sends them later", async () => {
  const { client, receiver, local, press } = await openDashboard();
  await local.webhooks.settled();
  const before = receiver.received.length;
  await press("hold");
  const { id } = await client.checkout.sessions.create(sessionParams());
  local.expire(id);
  await local.webhooks.settled();
  expect(receiver.received).toHaveLength(before);
  await press("release");
  expect(receiver.types().at(-1)).toBe("checkout.session.expired");
});
