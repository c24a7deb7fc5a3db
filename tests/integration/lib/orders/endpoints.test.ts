import type { APIRoute } from "astro";
import { afterAll, beforeAll, expect, test } from "vitest";
import { signatureHeader } from "#local/stripe/webhooks.ts";
import * as jobs from "../../../../src/pages/api/jobs/[job].ts";
import * as orders from "../../../../src/pages/api/orders/[order].ts";
import * as webhook from "../../../../src/pages/api/stripe/webhook.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import { findEvent, insertBuyer, insertCourse, look, open, type Buyer } from "./purchase.ts";

let shop: TestShop;

beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.stop());

interface Call {
  method?: string;
  body?: string;
  headers?: Record<string, string>;
  params?: Record<string, string>;
  visitor?: Buyer;
}

async function call(route: APIRoute, { params = {}, visitor, ...init }: Call): Promise<Response> {
  const session = visitor ? { ...visitor, name: "Robin", role: "learner" } : null;
  const later: Promise<unknown>[] = [];
  const cfContext = { waitUntil: (work: Promise<unknown>) => void later.push(work) };
  const { services } = shop;
  const locals = { services, session, requestId: "r1", log: () => {}, cfContext };
  const request = new Request("http://localhost/", { method: "POST", ...init });
  const response = await route({ locals, params, request } as unknown as Parameters<APIRoute>[0]);
  await Promise.all(later);
  return response;
}

function signed(body: string): Record<string, string> {
  const secrets = [shop.services.environment.STRIPE_WEBHOOK_SECRET];
  return { "stripe-signature": signatureHeader(body, secrets, Math.floor(Date.now() / 1000)) };
}

async function pay() {
  const buyer = await insertBuyer(shop);
  const order = await open(shop, buyer, await insertCourse(shop));
  shop.stripe.pay(order.sessionId);
  return { ...order, buyer };
}

test("the webhook takes what Stripe signed, and the receipt follows at once", async () => {
  const { orderId, sessionId, buyer } = await pay();
  const body = JSON.stringify(findEvent(shop, "checkout.session.completed", sessionId));
  const response = await call(webhook.POST, { body, headers: signed(body) });
  expect(response.status).toBe(200);
  expect(await look(shop, orderId)).toMatchObject({ status: "paid" });
  const subjects = shop.mailbox.messages(buyer.email).map(({ subject }) => subject);
  expect(subjects).toEqual([expect.stringContaining("receipt")]);
});

test("the webhook refuses what is unsigned, too long or no POST", async () => {
  const unsigned = await call(webhook.POST, { body: "{}" });
  expect(unsigned.status).toBe(400);
  expect(unsigned.headers.get("content-type")).toBe("application/problem+json");
  const body = "x".repeat(256 * 1024 + 1);
  expect((await call(webhook.POST, { body, headers: signed(body) })).status).toBe(413);
  const got = await call(webhook.ALL, { method: "GET" });
  expect([got.status, got.headers.get("allow")]).toEqual([405, "POST"]);
});

test("a job runs for whoever has the secret, and says what it did", async () => {
  const { orderId } = await pay();
  const headers = { authorization: `Bearer ${shop.services.environment.JOBS_SECRET}` };
  const run = (job: string) => call(jobs.POST, { headers, params: { job } });
  expect(await (await run("reconcile")).json()).toMatchObject({ failed: 0, needsReview: 0 });
  expect(await look(shop, orderId)).toMatchObject({ status: "paid" });
  expect(((await (await run("outbox")).json()) as { sent: number }).sent).toBeGreaterThan(0);
  expect(await (await run("cleanup")).json()).toMatchObject({
    deletedRegistrations: 0,
    erasedAccounts: 0,
  });
  await expect(run("constructor")).rejects.toMatchObject({ code: "not-found" });
  expect((await call(jobs.ALL, { method: "GET" })).status).toBe(405);
});

test("a job does not run without the secret", async () => {
  for (const authorization of [
    "",
    "Bearer ",
    "Bearer wrong",
    shop.services.environment.JOBS_SECRET,
  ])
    await expect(
      call(jobs.POST, { headers: { authorization }, params: { job: "outbox" } }),
    ).rejects.toMatchObject({ code: "unauthorized" });
});

test("the state of an order is for its buyer alone", async () => {
  const { orderId, buyer } = await pay();
  const ask = (order: string, visitor?: Buyer) =>
    call(orders.GET, { method: "GET", params: { order }, ...(visitor && { visitor }) });
  const response = await ask(orderId, buyer);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(await response.json()).toEqual({ status: "pending" });
  const stranger = await insertBuyer(shop);
  await expect(ask(orderId, stranger)).rejects.toMatchObject({ code: "not-found" });
  await expect(ask("1001", buyer)).rejects.toMatchObject({ code: "not-found" });
  await expect(ask(orderId)).rejects.toMatchObject({ code: "unauthorized" });
});
