import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { openBreachedPasswords } from "#lib/services/breached-passwords.ts";
import { openDatabase } from "#lib/services/database.ts";
import { openEmail } from "#lib/services/email.ts";
import { sendErrorReport } from "#lib/services/error-reports.ts";
import { forwardEnvelope } from "#lib/services/error-tunnel.ts";
import { openRedis, type RedisService } from "#lib/services/redis.ts";
import { socialCaller } from "#lib/services/social-call.ts";
import { openStripe, type StripeService } from "#lib/services/stripe.ts";
import type { Environment } from "#lib/environment.ts";

/** One request that a vendor got. */
export interface Asked {
  path: string;
  headers: IncomingHttpHeaders;
}

export type Answer = (response: ServerResponse) => void;

/** A vendor of this test alone. `answer` is given how many requests came until then, this one included. */
export async function serveVendor(answer: (response: ServerResponse, count: number) => void) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    request.resume();
    const { url: path = "", headers } = request;
    answer(response, asked.push({ path, headers }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** Answers each request by the next of the answers, and then hangs. */
export function inTurn(...answers: Answer[]): Answer {
  return (response) => answers.shift()?.(response);
}

/** The answer of these values as JSON. */
export function say(answer: unknown, status = 200, headers: Record<string, string> = {}): Answer {
  return (response) => response.writeHead(status, headers).end(JSON.stringify(answer));
}

/** No answer: the connection ends. */
export function hangUp(response: ServerResponse): void {
  response.destroy();
}

/** Begins an answer, and then is silent. */
export function begin(response: ServerResponse): void {
  response.writeHead(200, { "Content-Type": "application/json", "Content-Length": "1000" });
  response.write('{"half":');
}

/** Begins an answer, and then the connection ends. */
export function breakOff(response: ServerResponse): void {
  begin(response);
  // In two turns, so that the beginning arrives.
  response.write(" ", () => response.destroy());
}

/** An answer that ends as if it were whole, and is half of one. */
export function sayHalf(response: ServerResponse): void {
  response.end('{"half":');
}

export function databaseAt(url: string) {
  const nowhere = "postgresql://user:password@db.example.org/shop";
  return openDatabase({ url: nowhere, bridgeUrl: url });
}

export function redisAt(url: string): RedisService {
  return openRedis({ url: `${url}/redis/`, token: "a-token-of-tests" });
}

export function stripeAt(url: string): StripeService {
  return openStripe({ secretKey: "sk_test_x", webhookSecrets: [], apiBase: url });
}

/** One call of every client that the shop has, to a vendor at this address. */
export function callsTo(url: string): Record<string, () => Promise<unknown>> {
  const email = openEmail({
    EMAIL_HOST: "smtp.sendgrid.net",
    EMAIL_API_BASE: url,
    EMAIL_PASSWORD: "a-key-of-tests",
    EMAIL_FROM: "Slipway <noreply@slipway.example>",
  } as Environment);
  const dsn = `${url.replace("://", "://public@")}/1`;
  const report = { dsn, environment: "test", release: "test", route: "GET /", tags: {} };
  return {
    Stripe: () => stripeAt(url).runOnce((stripe) => stripe.balance.retrieve()),
    "Google and GitHub": () => socialCaller("google", AbortSignal.timeout(5_000))(`${url}/token`),
    database: () => databaseAt(url).write`SELECT 1`,
    Redis: () => redisAt(url).run((client) => client.set("session:of-tests", "whose it is")),
    mail: () => email.send(MAIL),
    "list of mail": () => email.allowAgain("kim@buyer.example"),
    "list of passwords": () => openBreachedPasswords(url).includes("seven plums"),
    "error reports": () => sendErrorReport(new Error("planted"), report),
    "errors of browsers": () => forwardEnvelope(dsn, "{}\n{}"),
  };
}

const MAIL = {
  to: "kim@buyer.example",
  subject: "A test",
  text: "Text",
  html: "<p>Text</p>",
  dedupeKey: "vendor",
};
