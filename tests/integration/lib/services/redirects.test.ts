import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openBreachedPasswords } from "#lib/services/breached-passwords.ts";
import { openDatabase } from "#lib/services/database.ts";
import { openEmail } from "#lib/services/email.ts";
import { sendErrorReport } from "#lib/services/error-reports.ts";
import { forwardEnvelope } from "#lib/services/error-tunnel.ts";
import { openRedis } from "#lib/services/redis.ts";
import { socialCaller } from "#lib/services/social-call.ts";
import { openStripe } from "#lib/services/stripe.ts";
import type { Environment } from "#lib/environment.ts";

// Where the redirects lead, as 169.254.169.254 would be inside a cloud.
let inside: Server;
let vendor: Server;
let asked: string[] = [];
let reached: string[] = [];

beforeAll(async () => {
  inside = createServer((request, response) => {
    reached.push(`${request.method ?? ""} ${request.url ?? ""}`);
    response.end("{}");
  });
  await listen(inside);
  vendor = createServer((request, response) => {
    asked.push(request.url ?? "");
    request.resume();
    const location = `${addressOf(inside)}/latest/meta-data`;
    response.writeHead(307, { location }).end();
  });
  await listen(vendor);
});
beforeEach(() => {
  asked = [];
  reached = [];
});
afterAll(async () => {
  for (const server of [inside, vendor]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

const CALLS: Record<string, () => Promise<unknown>> = {
  Stripe: () =>
    openStripe({
      secretKey: "sk_test_x",
      webhookSecrets: [],
      apiBase: addressOf(vendor),
    }).runOnce((stripe) => stripe.balance.retrieve()),
  "Google and GitHub": () =>
    socialCaller("google", AbortSignal.timeout(5_000))(`${addressOf(vendor)}/token`),
  database: () =>
    openDatabase({
      url: "postgresql://user:password@db.example.org/shop",
      bridgeUrl: addressOf(vendor),
    }).write`SELECT 1`,
  Redis: () =>
    openRedis({ url: `${addressOf(vendor)}/redis`, token: "a-token-of-tests" }).run((client) =>
      client.set("session:of-tests", "whose it is"),
    ),
  mail: () => openEmail(mailEnvironment()).send(MAIL),
  "list of mail": () => openEmail(mailEnvironment()).allowAgain("kim@buyer.example"),
  "list of passwords": () => openBreachedPasswords(addressOf(vendor)).includes("seven plums"),
  "error reports": () =>
    sendErrorReport(new Error("planted"), {
      dsn: addressOf(vendor).replace("://", "://public@") + "/1",
      environment: "test",
      release: "test",
      route: "GET /",
      tags: {},
    }),
  "errors of browsers": () =>
    forwardEnvelope(addressOf(vendor).replace("://", "://public@") + "/1", "{}\n{}"),
};

test.each(Object.keys(CALLS))("S40: a redirect in answer to %s is not followed", async (name) => {
  await CALLS[name]?.().catch(() => undefined);
  expect(asked, "the vendor was asked").not.toEqual([]);
  expect(reached).toEqual([]);
});

const MAIL = {
  to: "kim@buyer.example",
  subject: "A test",
  text: "Text",
  html: "<p>Text</p>",
  dedupeKey: "redirects",
};

function mailEnvironment(): Environment {
  return {
    EMAIL_HOST: "smtp.sendgrid.net",
    EMAIL_API_BASE: addressOf(vendor),
    EMAIL_PASSWORD: "a-key-of-tests",
    EMAIL_FROM: "Slipway <noreply@slipway.example>",
  } as Environment;
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
