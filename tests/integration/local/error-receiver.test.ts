import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { CloudflareClient, createTransport, Scope } from "@sentry/cloudflare";
import { expect, onTestFinished, test, vi } from "vitest";
import { createErrorReceiver } from "#local/error-receiver.ts";
import { createFaults } from "#local/faults.ts";
import { serve } from "./service-fixture.ts";

async function openReceiver(folder: string | null = null) {
  const faults = createFaults();
  const receiver = createErrorReceiver({ folder, faults });
  const url = await serve(receiver);
  const scope = new Scope();
  const statuses: (number | undefined)[] = [];
  const transport: ConstructorParameters<typeof CloudflareClient>[0]["transport"] = (options) =>
    createTransport(options, async ({ body }) => {
      const bytes = typeof body === "string" ? body : Buffer.from(body);
      const { status } = await fetch(options.url, { method: "POST", body: bytes });
      statuses.push(status);
      return { statusCode: status };
    });
  const client = new CloudflareClient({
    dsn: url.replace("http://", "http://public@") + "/1",
    release: "abcdef0123456789",
    environment: "test",
    integrations: [],
    stackParser: () => [{ filename: "src/a.ts", function: "buy", lineno: 7 }],
    transport,
  });
  scope.setClient(client);
  return { receiver, faults, url, scope, client, statuses };
}

test("an error of Sentry's own client arrives with release, route, tag and stack", async () => {
  const { receiver, scope, client } = await openReceiver();
  scope.setTransactionName("POST /checkout/[course]");
  scope.setTag("request_id", "request-1");
  scope.captureException(new RangeError("Too far"));
  await client.flush(2000);
  expect(receiver.events()).toMatchObject([
    {
      type: "RangeError",
      message: "Too far",
      release: "abcdef0123456789",
      environment: "test",
      route: "POST /checkout/[course]",
      tags: { request_id: "request-1" },
      stack: "buy (src/a.ts:7)",
    },
  ]);
});

test("a message without an exception is an event too", async () => {
  const { receiver, scope, client } = await openReceiver();
  scope.captureMessage("Stock is low");
  await client.flush(2000);
  expect(receiver.events()).toMatchObject([{ type: "Message", message: "Stock is low" }]);
});

test("the page shows the newest first and nothing of it as markup", async () => {
  const { url, scope, client } = await openReceiver();
  scope.captureException(new Error("first"));
  scope.captureException(new Error("<img src=x onerror=alert(1)>"));
  await client.flush(2000);
  const response = await fetch(`${url}/errors`);
  const html = await response.text();
  expect(html).not.toContain("<img");
  expect(html.indexOf("onerror")).toBeLessThan(html.indexOf("Error: first"));
  expect(html).toContain("abcdef012345");
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
});

test("zipped and plain envelopes are read; other items are only counted", async () => {
  const { receiver, url } = await openReceiver();
  const envelope = [
    {},
    { type: "session" },
    { sid: "1" },
    { type: "event" },
    { event_id: "e1", message: "hello" },
    { type: "client_report" },
    { discarded_events: [] },
  ];
  const text = envelope.map((line) => JSON.stringify(line)).join("\n");
  const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
    fetch(`${url}/api/1/envelope/?sentry_key=public`, { method: "POST", body, headers });
  expect(await (await post(text)).json()).toEqual({ id: "e1" });
  const zipped = await post(new Uint8Array(gzipSync(text)), { "content-encoding": "gzip" });
  expect(zipped.status).toBe(200);
  expect(receiver.events().map(({ message }) => message)).toEqual(["hello", "hello"]);
  expect(receiver.counts()).toEqual({ session: 2, client_report: 2 });
});

test("the JSON lists the events, and DELETE forgets them", async () => {
  const { url, scope, client } = await openReceiver();
  scope.captureException(new Error("once"));
  await client.flush(2000);
  const list = async (): Promise<unknown> => (await fetch(`${url}/errors/api`)).json();
  expect(await list()).toMatchObject([{ message: "once" }]);
  await fetch(`${url}/errors/api`, { method: "DELETE" });
  expect(await list()).toEqual([]);
});

test("a full Sentry answers 429 and keeps nothing", async () => {
  const { receiver, faults, scope, client, statuses } = await openReceiver();
  faults.set("sentry", "full");
  scope.captureException(new Error("lost"));
  await client.flush(2000);
  expect(statuses).toEqual([429]);
  expect(receiver.events()).toEqual([]);
});

test("the last two hundred errors, of one millisecond, are kept in order over a restart until DELETE", async () => {
  const folder = mkdtempSync(join(tmpdir(), "slipway-errors-"));
  vi.useFakeTimers({ toFake: ["Date"] });
  onTestFinished(() => {
    vi.useRealTimers();
    rmSync(folder, { recursive: true, force: true });
  });
  const first = await openReceiver(folder);
  const events = Array.from({ length: 201 }, (_, index) => [
    { type: "event" },
    { event_id: "../same", message: `error ${index}` },
  ]);
  const body = [{}, ...events.flat()].map((line) => JSON.stringify(line)).join("\n");
  await fetch(`${first.url}/api/1/envelope/?sentry_key=public`, { method: "POST", body });
  const second = await openReceiver(folder);
  const messages = second.receiver.events().map(({ message }) => message);
  expect(messages).toEqual(Array.from({ length: 200 }, (_, index) => `error ${index + 1}`));
  await fetch(`${second.url}/errors/api`, { method: "DELETE" });
  expect((await openReceiver(folder)).receiver.events()).toEqual([]);
});
