import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { verifyMailSignature } from "#lib/operations/mail-signature.ts";
import { createFaults } from "#local/faults.ts";
import { startMailbox } from "#local/mailbox.ts";
import { choosePorts } from "#local/ports.ts";
import { loadSecrets, publicHalf } from "#local/secrets.ts";
import { serve } from "./service-fixture.ts";

interface Received {
  body: string;
  headers: IncomingHttpHeaders;
}

/** Something that hears what SendGrid reports, as the shop would. */
async function listen(status = 200) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      received.push({ body, headers: request.headers });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events` };
}

function makeKey(): string {
  const folder = mkdtempSync(join(tmpdir(), "slipway-key-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { emailWebhookPrivateKey } = loadSecrets(folder);
  expect(loadSecrets(folder).emailWebhookPrivateKey, "kept").toBe(emailWebhookPrivateKey);
  return emailWebhookPrivateKey;
}

async function openMailbox(webhook?: { url: string; privateKey: string }) {
  const { smtp: smtpPort } = await choosePorts({
    shop: 0,
    http: 0,
    stripe: 0,
    postgres: 0,
    smtp: 0,
  });
  const options = { folder: null, smtpPort, faults: createFaults() };
  const mailbox = await startMailbox({ ...options, ...(webhook && { webhook }) });
  const url = await serve(mailbox);
  const authorization = "Bearer SG.key";
  const send = () =>
    fetch(`${url}/v3/mail/send`, {
      method: "POST",
      headers: { authorization },
      body: JSON.stringify({
        personalizations: [{ to: [{ email: "ann@example.com" }] }],
        from: { email: "shop@example.com" },
        subject: "Hello",
        content: [{ type: "text/plain", value: "Hello" }],
      }),
    });
  const press = async (report: string) =>
    fetch(`${url}/mail/${mailbox.messages()[0]?.id}`, {
      method: "POST",
      body: new URLSearchParams({ report }),
    });
  const forgive = async (list: string) => {
    const path = `/v3/suppression/${list}/${encodeURIComponent("ann@example.com")}`;
    const headers = { authorization };
    return (await fetch(url + path, { method: "DELETE", headers })).status;
  };
  return { mailbox, url, send, press, forgive };
}

async function openHeard(status = 200) {
  const privateKey = makeKey();
  const listener = await listen(status);
  const opened = await openMailbox({ url: listener.url, privateKey });
  await opened.send();
  return { ...opened, ...listener, url: opened.url, publicKey: publicHalf(privateKey) };
}

test.each([
  ["bounce", { event: "bounce", type: "bounce" }],
  ["spam", { event: "spamreport" }],
])("the button %s sends a signed event, and the page says what came of it", async (name, event) => {
  const { press, received, publicKey } = await openHeard();
  const page = await (await press(name)).text();
  expect(page).toContain("answered 200");
  expect(page).toContain(`name="report" value="${name}"`);
  const [{ body, headers } = { body: "", headers: {} }] = received;
  expect(JSON.parse(body)).toMatchObject([{ email: "ann@example.com", ...event }]);
  await verifyMailSignature(publicKey, {
    body,
    signature: String(headers["x-twilio-email-event-webhook-signature"]),
    timestamp: String(headers["x-twilio-email-event-webhook-timestamp"]),
    now: new Date(),
  });
});

test("after a report mail is dropped, until the address is off the right list", async () => {
  const { press, send, forgive, mailbox, received } = await openHeard();
  await press("spam");
  expect((await send()).status).toBe(202);
  expect(mailbox.messages()).toHaveLength(1);
  await expect.poll(() => received.length).toBe(2);
  expect(JSON.parse(received[1]?.body ?? "")).toMatchObject([
    { event: "dropped", reason: "Spam Reporting Address" },
  ]);
  expect(await forgive("bounces")).toBe(404);
  expect(await forgive("spam_reports")).toBe(204);
  expect(await forgive("spam_reports")).toBe(404);
  await send();
  expect(mailbox.messages()).toHaveLength(2);
});

test("what the shop answers is shown, whatever it is", async () => {
  expect(await (await (await openHeard(400)).press("bounce")).text()).toContain("answered 400");
  const { send, press } = await openMailbox({
    url: "http://localhost:9/nowhere",
    privateKey: makeKey(),
  });
  await send();
  expect(await (await press("bounce")).text()).toContain("answered nothing");
});

test("a report of another kind is refused, and without a webhook there are no buttons", async () => {
  const { press, received } = await openHeard();
  expect((await press("eaten")).status).toBe(400);
  expect(received).toEqual([]);
  const { url, send, mailbox } = await openMailbox();
  await send();
  const page = await (await fetch(`${url}/mail/${mailbox.messages()[0]?.id}`)).text();
  expect(page).not.toContain("<button");
});

test("the lists are SendGrid's: they want a key", async () => {
  const { url } = await openMailbox();
  const path = "/v3/suppression/bounces/ann%40example.com";
  expect((await fetch(url + path, { method: "DELETE" })).status).toBe(401);
});
