import { expect, test } from "vitest";
import { openStripe, sessionParams } from "./stripe-fixture.ts";

/** Uses a control as curl would. */
async function control(url: string, name: string, body: unknown = {}, headers = {}) {
  const response = await fetch(`${url}/controls/${name}`, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: { "content-type": "application/json", ...headers },
  });
  const text = await response.text();
  const answer = (
    response.headers.get("content-type") === "application/json" ? JSON.parse(text) : {}
  ) as { result?: unknown; error?: string };
  return { status: response.status, ...answer };
}

test("a session is paid, refunded and disputed over HTTP", async () => {
  const { client, local } = await openStripe();
  const { id } = await client.checkout.sessions.create(sessionParams());
  expect(await control(local.url, "pay", { session: id })).toEqual({ status: 200, result: null });
  const { payment_intent: intent } = await client.checkout.sessions.retrieve(id);
  expect(await control(local.url, "refund", { id: intent, amount: 900 })).toMatchObject({
    result: { object: "refund", amount: 900 },
  });
  const { result } = await control(local.url, "dispute", { id: intent, reason: "duplicate" });
  expect(result).toMatchObject({ object: "dispute", reason: "duplicate" });
  const dispute = (result as { id: string }).id;
  expect(await control(local.url, "win-dispute", { dispute })).toMatchObject({ status: 200 });
  expect((await client.disputes.retrieve(dispute)).status).toBe("won");
});

test("the clock, the latency and the webhooks are controlled over HTTP", async () => {
  const { client, local, receiver } = await openStripe();
  const { id } = await client.checkout.sessions.create(sessionParams());
  await control(local.url, "hold");
  await control(local.url, "advance", { seconds: 25 * 3600 });
  expect((await client.checkout.sessions.retrieve(id)).status).toBe("expired");
  expect(receiver.types()).toEqual([]);
  await control(local.url, "release", { how: "twice" });
  expect(receiver.types()).toEqual(["checkout.session.expired", "checkout.session.expired"]);
  const [event] = (await client.events.list()).data;
  await control(local.url, "resend", { event: event?.id });
  expect(receiver.received).toHaveLength(3);
  await control(local.url, "latency", { milliseconds: 1 });
  expect(local.latency).toBe(1);
});

test("faults are planned, listed and cleared over HTTP", async () => {
  const { client, local } = await openStripe();
  await control(local.url, "inject-fault", { kind: "503", operation: "GET /v1/events", times: 2 });
  await expect(client.events.list()).rejects.toMatchObject({ statusCode: 503 });
  expect(await control(local.url, "list-faults")).toMatchObject({
    result: [{ kind: "503", operation: "GET /v1/events", times: 1 }],
  });
  await control(local.url, "clear-faults");
  expect((await client.events.list()).data).toEqual([]);
});

test.each([
  ["pay", {}, 400, "session: a text is needed."],
  ["pay", { session: 1 }, 400, "session: a text is needed."],
  ["pay", { session: "cs_test_none", colour: "red" }, 400, "colour: there is no such field."],
  ["pay", { session: "cs_test_none" }, 404, "No such checkout.session: 'cs_test_none'"],
  ["pay", "{", 400, "The body is no JSON."],
  ["advance", { seconds: null }, 400, "seconds: a number is needed."],
  ["advance", { seconds: -1 }, 400, "seconds: time only goes forward."],
  ["release", { how: "sideways" }, 400, "how: one of in order, reversed, twice, shuffled."],
  ["inject-fault", { kind: "418" }, 400, "kind: one of"],
  ["resend", { event: "evt_none" }, 409, "event: there is no evt_none."],
  ["roll-secret", { endpoint: "we_none" }, 409, "There is no webhook endpoint we_none."],
  ["steal", {}, 404, 'There is no control "steal".'],
  ["constructor", {}, 404, 'There is no control "constructor".'],
] as const)("the control %s with %j answers %i", async (name, body, status, message) => {
  const { local } = await openStripe();
  const answer = await control(local.url, name, body);
  expect(answer.status).toBe(status);
  expect(answer.error).toContain(message);
});

test("what makes no sense now is refused with 409", async () => {
  const { client, local } = await openStripe();
  const { id } = await client.checkout.sessions.create(sessionParams());
  local.expire(id);
  expect(await control(local.url, "pay", { session: id })).toMatchObject({ status: 409 });
});

test("a page on the web cannot use the controls", async () => {
  const { client, local } = await openStripe();
  const { id } = await client.checkout.sessions.create(sessionParams());
  const crossSite = { "sec-fetch-site": "cross-site" };
  expect((await control(local.url, "pay", { session: id }, crossSite)).status).toBe(403);
  const asForm = { "content-type": "text/plain" };
  expect((await control(local.url, "pay", { session: id }, asForm)).status).toBe(415);
  expect((await client.checkout.sessions.retrieve(id)).status).toBe("open");
});

test("a GET lists the controls with their fields", async () => {
  const { local } = await openStripe();
  const controls = (await (await fetch(`${local.url}/controls/`)).json()) as object;
  expect(controls).toMatchObject({ pay: { session: "text", card: "text?" }, hold: {} });
});
