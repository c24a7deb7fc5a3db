import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFaults } from "#local/faults.ts";
import { startLocalStripe } from "#local/stripe/server.ts";
import { expect, onTestFinished, test } from "vitest";
import { openStripe, SECRET, sessionParams } from "./stripe-fixture.ts";

test("a failed delivery is tried again until the endpoint takes it", async () => {
  const { client, local, receiver } = await openStripe();
  receiver.answers.push(500, 503);
  const { id } = await client.checkout.sessions.create(sessionParams());
  local.expire(id);
  await receiver.arrived(3);
  await local.webhooks.settled();
  expect(local.state.deliveries.map(({ attempt, status }) => [attempt, status])).toEqual([
    [1, 500],
    [2, 503],
    [3, 200],
  ]);
  expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
  const [event] = (await client.events.list()).data;
  expect(event?.pending_webhooks).toBe(0);
});

test("it gives up after the last try, and a person can resend", async () => {
  const { client, local, receiver } = await openStripe({ retryDelays: [] });
  receiver.answers.push(500);
  const { id } = await client.checkout.sessions.create(sessionParams());
  local.expire(id);
  await local.webhooks.settled();
  const undelivered = await client.events.list({ delivery_success: false });
  expect(undelivered.data).toHaveLength(1);
  await fetch(`${local.url}/resend`, {
    method: "POST",
    body: new URLSearchParams({ id: undelivered.data[0]?.id ?? "" }),
  });
  expect((await client.events.list({ delivery_success: true })).data).toHaveLength(1);
});

test("with two secrets each one verifies the event", async () => {
  const { client, local, receiver } = await openStripe({ secrets: ["whsec_new", SECRET] });
  const { id } = await client.checkout.sessions.create(sessionParams());
  local.expire(id);
  await local.webhooks.settled();
  const [{ body, signature } = { body: "", signature: "" }] = receiver.received;
  for (const secret of ["whsec_new", SECRET])
    expect((await client.webhooks.constructEventAsync(body, signature, secret)).type).toBe(
      "checkout.session.expired",
    );
  await expect(
    client.webhooks.constructEventAsync(body, signature, "whsec_other"),
  ).rejects.toThrow();
});

test("held events come late, reversed or twice", async () => {
  const { client, local, receiver } = await openStripe();
  local.webhooks.hold();
  const { id } = await client.checkout.sessions.create(sessionParams());
  local.pay(id);
  await local.webhooks.settled();
  expect(receiver.types()).toEqual([]);
  await local.webhooks.release("reversed");
  expect(receiver.types()).toEqual([
    "checkout.session.completed",
    "payment_intent.succeeded",
    "charge.succeeded",
    "payment_intent.created",
  ]);
  local.webhooks.hold();
  local.refund([...local.state.charges.keys()][0] ?? "");
  await local.webhooks.release("twice");
  expect(receiver.types().slice(4)).toEqual([
    ...["refund.created", "refund.created"],
    ...["charge.refunded", "charge.refunded"],
  ]);
});

test("what was sold is still known after a restart, and unsent events are sent", async () => {
  const folder = mkdtempSync(join(tmpdir(), "local-stripe-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { client, local, receiver } = await openStripe({ folder });
  local.webhooks.hold();
  const { id } = await client.checkout.sessions.create(sessionParams());
  local.pay(id);
  await local.close();
  const webhook = { url: receiver.url, secrets: [SECRET] };
  const faults = createFaults();
  const next = await startLocalStripe({ port: 0, folder, faults, webhook });
  onTestFinished(() => next.close());
  expect(next.state.checkouts.get(id)?.session.payment_status).toBe("paid");
  await receiver.arrived(4);
  expect(receiver.types()).toContain("checkout.session.completed");
});

test("the page lists sessions and events, and its buttons work", async () => {
  const { client, local } = await openStripe();
  const paid = await client.checkout.sessions.create(sessionParams());
  const open = await client.checkout.sessions.create(sessionParams());
  local.pay(paid.id);
  const [charge = ""] = local.state.charges.keys();
  const page = await (await fetch(local.url)).text();
  expect(page).toContain("checkout.session.completed");
  expect(page).toContain(charge);
  await press(local.url, "refund", charge);
  await press(local.url, "expire", open.id);
  expect(local.state.charges.get(charge)?.refunded).toBe(true);
  expect(local.state.checkouts.get(open.id)?.session.status).toBe("expired");
  expect((await press(local.url, "refund", charge)).status).toBe(303);
  const foreign = await press(local.url, "expire", open.id, { "sec-fetch-site": "cross-site" });
  expect(foreign.status).toBe(403);
});

function press(url: string, action: string, id: string, headers: Record<string, string> = {}) {
  const body = new URLSearchParams({ id });
  return fetch(`${url}/${action}`, { method: "POST", body, headers, redirect: "manual" });
}
