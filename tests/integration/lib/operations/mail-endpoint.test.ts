import type { APIRoute } from "astro";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as events from "../../../../src/pages/api/email/events.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import { eventOf, newRecipient, signed, suppressionsOf } from "./suppressed-mail.ts";

let shop: TestShop;

beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.stop());

async function call(
  init: RequestInit,
  { services = shop.services, route = events.POST } = {},
): Promise<Response> {
  const locals = { services, requestId: "r1", log: () => {} };
  const request = new Request("http://localhost/", { method: "POST", ...init });
  return route({ locals, request } as unknown as Parameters<APIRoute>[0]);
}

function bounceOf(email: string): string {
  return JSON.stringify([eventOf({ event: "bounce", email })]);
}

test("what SendGrid signed is taken", async () => {
  const email = newRecipient();
  const response = await call(signed(bounceOf(email)));
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ received: true });
  expect(await suppressionsOf(shop, email)).toMatchObject([{ reason: "bounce" }]);
});

test("what is unsigned, forged or old is a 400, and nothing is written", async () => {
  const email = newRecipient();
  const body = bounceOf(email);
  const { headers } = signed(body);
  const old = Math.floor(Date.now() / 1000) - 360;
  for (const init of [
    { body },
    { body: body.replace("bounce", "bounce "), headers },
    { body, headers: { ...headers, "x-twilio-email-event-webhook-signature": "AAAA" } },
    signed(body, old),
  ]) {
    const response = await call(init);
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
  }
  expect(await suppressionsOf(shop, email)).toEqual([]);
});

test("what is too long is a 413, and no POST a 405", async () => {
  expect((await call(signed("x".repeat(256 * 1024 + 1)))).status).toBe(413);
  const got = await call({ method: "GET" }, { route: events.ALL });
  expect([got.status, got.headers.get("allow")]).toEqual([405, "POST"]);
});

test("without a key the address is nobody's, signed or not", async () => {
  const environment = { ...shop.services.environment, EMAIL_WEBHOOK_PUBLIC_KEY: undefined };
  const services = { ...shop.services, environment };
  const email = newRecipient();
  await expect(call(signed(bounceOf(email)), { services })).rejects.toMatchObject({
    code: "not-found",
  });
  expect(await suppressionsOf(shop, email)).toEqual([]);
});
