import type { APIRoute } from "astro";
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Services } from "#lib/services/index.ts";
import { signatureHeader } from "#local/stripe/webhooks.ts";
import * as jobs from "../../../../src/pages/api/jobs/[job].ts";
import * as orders from "../../../../src/pages/api/orders/[order].ts";
import * as webhook from "../../../../src/pages/api/stripe/webhook.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import {
  failAt,
  findEvent,
  insertBuyer,
  insertCourse,
  look,
  open,
  type Buyer,
} from "./purchase.ts";

let shop: TestShop;

beforeAll(async () => {
  shop = await openShop();
  Object.assign(env, shop.variables);
});
afterAll(() => shop.stop());

interface Call {
  method?: string;
  body?: string;
  headers?: Record<string, string>;
  params?: Record<string, string>;
  visitor?: Buyer;
  services?: Services;
  log?: App.Locals["log"];
}

async function call(
  route: APIRoute,
  { params = {}, visitor, services = shop.services, log = () => {}, ...init }: Call,
): Promise<Response> {
  const session = visitor ? { ...visitor, name: "Robin", role: "learner" } : null;
  const later: Promise<unknown>[] = [];
  const cfContext = { waitUntil: (work: Promise<unknown>) => void later.push(work) };
  const locals = { services, session, requestId: "r1", log, cfContext };
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

test("a bug that a job went on after is in the log and reported, by the order's id alone", async () => {
  const { orderId, buyer } = await pay();
  const log = vi.fn();
  const response = await call(jobs.POST, {
    headers: { authorization: `Bearer ${shop.services.environment.JOBS_SECRET}` },
    params: { job: "reconcile" },
    services: failAt(shop, orderId, new TypeError("planted")),
    log,
  });
  expect(await response.json()).toMatchObject({ failed: 1 });
  const details = { error: "TypeError", job: "reconcile", orderId };
  expect(log).toHaveBeenCalledWith("request-failed", details, "error");
  const dsn = new URL(shop.services.environment.SENTRY_DSN ?? "");
  const reports = await (await fetch(`${dsn.protocol}//${dsn.host}/errors/api`)).text();
  expect(JSON.parse(reports)).toMatchObject([
    { type: "TypeError", route: "job reconcile", tags: { orderId, request_id: "r1" } },
  ]);
  expect(reports + JSON.stringify(log.mock.calls)).not.toContain(buyer.email);
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
