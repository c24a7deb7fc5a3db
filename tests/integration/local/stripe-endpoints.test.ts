import type Stripe from "stripe";
import { expect, onTestFinished, test, vi } from "vitest";
import { connect, openStripe, sessionParams, startReceiver } from "./stripe-fixture.ts";

const EXPIRED = "checkout.session.expired";

/** Opens and expires sessions: one event for each. */
async function expireSessions(open: Awaited<ReturnType<typeof openStripe>>, count = 1) {
  for (let index = 0; index < count; index += 1) {
    const { id } = await open.client.checkout.sessions.create(sessionParams());
    open.local.expire(id);
  }
}

test("an endpoint shows its secret once, and its events are signed with it", async () => {
  const open = await openStripe();
  const receiver = await startReceiver();
  const { id, secret = "" } = await open.client.webhookEndpoints.create({
    url: receiver.url,
    enabled_events: ["*"],
    metadata: { place: "test" },
  });
  expect(secret).toMatch(/^whsec_\w{32}$/);
  expect(await open.client.webhookEndpoints.retrieve(id)).not.toHaveProperty("secret");
  expect((await open.client.webhookEndpoints.list()).data).toMatchObject([{ id }]);
  await expireSessions(open);
  await receiver.arrived(1);
  await open.local.webhooks.settled();
  const { body, signature } = receiver.received[0] ?? { body: "", signature: "" };
  const event = await open.client.webhooks.constructEventAsync(body, signature, secret);
  expect(event.type).toBe(EXPIRED);
  expect(open.receiver.types()).toEqual([EXPIRED]);
  const own = open.receiver.received[0]?.signature ?? "";
  await expect(open.client.webhooks.constructEventAsync(body, own, secret)).rejects.toThrow();
});

test("an endpoint hears what it asked for, while it is enabled and there", async () => {
  const open = await openStripe();
  const receiver = await startReceiver();
  const { webhookEndpoints: api } = open.client;
  const { id } = await api.create({ url: receiver.url, enabled_events: ["charge.refunded"] });
  await expireSessions(open);
  await open.local.webhooks.settled();
  expect(receiver.types()).toEqual([]);
  await api.update(id, { enabled_events: [EXPIRED], metadata: { a: "1" } });
  await expireSessions(open);
  await open.local.webhooks.settled();
  expect(receiver.types()).toEqual([EXPIRED]);
  expect(await api.update(id, { disabled: true, metadata: { a: "" } })).toMatchObject({
    status: "disabled",
    metadata: {},
  });
  await expireSessions(open);
  await open.local.webhooks.settled();
  expect((await open.client.events.list()).data[0]?.pending_webhooks).toBe(0);
  expect((await api.update(id, { disabled: false })).status).toBe("enabled");
  expect(await api.del(id)).toMatchObject({ id, deleted: true });
  await expireSessions(open);
  await open.local.webhooks.settled();
  expect(receiver.types()).toEqual([EXPIRED]);
  await expect(api.retrieve(id)).rejects.toMatchObject({ statusCode: 404 });
});

test("an endpoint of test mode hears no live event", async () => {
  const open = await openStripe();
  const receiver = await startReceiver();
  await open.client.webhookEndpoints.create({ url: receiver.url, enabled_events: ["*"] });
  const live = connect(open.local, "sk_live_localstripe");
  open.local.expire((await live.checkout.sessions.create(sessionParams())).id);
  await open.local.webhooks.settled();
  expect(receiver.types()).toEqual([]);
  expect((await live.webhookEndpoints.list()).data).toEqual([]);
});

test("an event waits for every endpoint, and only the one that failed is tried again", async () => {
  const open = await openStripe();
  const receiver = await startReceiver();
  await open.client.webhookEndpoints.create({ url: receiver.url, enabled_events: [EXPIRED] });
  receiver.answers.push(500);
  open.local.webhooks.hold();
  await expireSessions(open);
  await open.local.webhooks.release();
  const pending = async () => (await open.client.events.list()).data[0]?.pending_webhooks;
  expect(await pending()).toBe(1);
  await receiver.arrived(2);
  await open.local.webhooks.settled();
  expect(await pending()).toBe(0);
  expect(open.receiver.received).toHaveLength(1);
  expect(open.local.state.deliveries.map(({ status }) => status).sort()).toEqual([200, 200, 500]);
});

test("an event that was resent meanwhile is not tried again", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const open = await openStripe({ retryDelays: [60_000] });
  open.receiver.answers.push(500);
  await expireSessions(open);
  await open.local.webhooks.settled();
  const [event] = (await open.client.events.list()).data;
  await open.local.webhooks.resend(event?.id ?? "");
  await vi.advanceTimersByTimeAsync(60_001);
  await open.local.webhooks.settled();
  expect(open.receiver.received).toHaveLength(2);
});

test("a disabled endpoint is not tried again", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const open = await openStripe({ retryDelays: [60_000] });
  const receiver = await startReceiver();
  const { webhookEndpoints: api } = open.client;
  const { id } = await api.create({ url: receiver.url, enabled_events: [EXPIRED] });
  receiver.answers.push(500);
  await expireSessions(open);
  await open.local.webhooks.settled();
  await api.update(id, { disabled: true });
  await vi.advanceTimersByTimeAsync(60_001);
  await open.local.webhooks.settled();
  expect(receiver.received).toHaveLength(1);
});

test("during a rotation the old secret signs beside the new one", async () => {
  const open = await openStripe();
  const receiver = await startReceiver();
  const { id, secret: old = "" } = await open.client.webhookEndpoints.create({
    url: receiver.url,
    enabled_events: ["*"],
  });
  const { local, client } = open;
  const verify = async (index: number, secret: string): Promise<boolean> => {
    await receiver.arrived(index + 1);
    const { body, signature } = receiver.received[index] ?? { body: "", signature: "" };
    return client.webhooks.constructEventAsync(body, signature, secret).then(
      () => true,
      () => false,
    );
  };
  const next = local.webhooks.rollSecret(id, 3600);
  await expireSessions(open);
  expect([await verify(0, old), await verify(0, next)]).toEqual([true, true]);
  local.advance(3601);
  await expireSessions(open);
  expect([await verify(1, old), await verify(1, next)]).toEqual([false, true]);
});

test("held events come in an order that the seed decides", async () => {
  const open = await openStripe();
  const orders: string[][] = [];
  for (const seed of [3, 3, 4]) {
    const before = open.receiver.received.length;
    open.local.webhooks.hold();
    await expireSessions(open, 6);
    await open.local.webhooks.release("shuffled", seed);
    const sent = open.receiver.received.slice(before).map(idOf);
    const made = [...open.local.state.events.keys()].slice(before);
    expect(sent.toSorted()).toEqual(made.toSorted());
    orders.push(sent.map((id) => String(made.indexOf(id))));
  }
  expect(orders[0]).toEqual(orders[1]);
  expect(orders[0]).not.toEqual(orders[2]);
  expect(orders[0]).not.toEqual(["0", "1", "2", "3", "4", "5"]);
});

test("an endpoint needs an address and known events", async () => {
  const { client } = await openStripe();
  const create = (params: object) =>
    client.webhookEndpoints.create(params as Stripe.WebhookEndpointCreateParams);
  const url = "http://shop.test/hook";
  await expect(create({ url })).rejects.toMatchObject({ param: "enabled_events" });
  await expect(create({ url, enabled_events: ["order.paid"] })).rejects.toMatchObject({
    param: "enabled_events[0]",
  });
  await expect(create({ url: "shop", enabled_events: ["*"] })).rejects.toMatchObject({
    param: "url",
  });
});

function idOf({ body }: { body: string }): string {
  return (JSON.parse(body) as Stripe.Event).id;
}
