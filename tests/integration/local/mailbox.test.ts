import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { createFaults } from "#local/faults.ts";
import { startMailbox } from "#local/mailbox.ts";
import { choosePorts } from "#local/ports.ts";
import { serve } from "./service-fixture.ts";

const FREE = { shop: 0, http: 0, stripe: 0, postgres: 0, smtp: 0 };

async function openMailbox(folder: string | null = null) {
  const faults = createFaults();
  const { smtp: smtpPort } = await choosePorts(FREE);
  const mailbox = await startMailbox({ folder, smtpPort, faults });
  return { mailbox, faults, smtpPort, url: await serve(mailbox) };
}

const MAIL = {
  personalizations: [{ to: [{ email: "ann@example.com" }], headers: { "X-Kind": "receipt" } }],
  from: { email: "shop@example.com", name: "The shop" },
  reply_to: { email: "help@example.com" },
  subject: "Your order <1>",
  content: [
    { type: "text/plain", value: "Thank you. See http://localhost:4321/orders/1?a=1&b=2 soon." },
    { type: "text/html", value: "<p>Thank you.<script>alert(1)</script></p>" },
  ],
};

function sendGrid(url: string, mail: unknown = MAIL, key = "Bearer SG.key"): Promise<Response> {
  const body = typeof mail === "string" ? mail : JSON.stringify(mail);
  return fetch(`${url}/v3/mail/send`, { method: "POST", headers: { authorization: key }, body });
}

/** Speaks SMTP line by line; gives the code of each answer, the greeting's first. */
async function smtp(port: number, ...steps: string[]): Promise<number[]> {
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  const codes: number[] = [];
  for await (const line of createInterface({ input: socket })) {
    if (line[3] === "-") continue;
    codes.push(Number(line.slice(0, 3)));
    const step = steps.shift();
    if (step === undefined) break;
    socket.write(`${step}\r\n`);
  }
  return codes;
}

const ENVELOPE = ["EHLO shop", "MAIL FROM:<shop@example.com>", "RCPT TO:<ann@example.com>", "DATA"];
const CONTENT = `From: The shop <shop@example.com>\r
To: ann@example.com\r
Subject: =?utf-8?B?R3LDvMOfZQ==?=\r
Content-Type: text/plain; charset=utf-8\r
\r
Hallo, schön.\r
.`;

test("SendGrid's API delivers with names, headers, text and HTML", async () => {
  const { mailbox, url } = await openMailbox();
  const response = await sendGrid(url);
  expect(response.status).toBe(202);
  expect(mailbox.messages("ann@example.com")).toMatchObject([
    {
      id: response.headers.get("x-message-id"),
      via: "sendgrid",
      from: "The shop <shop@example.com>",
      to: ["ann@example.com"],
      subject: "Your order <1>",
      html: "<p>Thank you.<script>alert(1)</script></p>",
      headers: { "reply-to": "help@example.com", "X-Kind": "receipt" },
    },
  ]);
  expect(mailbox.messages("ben@example.com")).toEqual([]);
});

test.each([
  ["no JSON", "nonsense"],
  ["no content", { ...MAIL, content: [] as unknown[] }],
  ["no sender", { ...MAIL, from: undefined }],
  ["no recipient", { ...MAIL, personalizations: [{ to: [] }] }],
  ["no personalization", { ...MAIL, personalizations: [] }],
])("SendGrid's API refuses a mail with %s", async (_name, mail) => {
  const { mailbox, url } = await openMailbox();
  expect((await sendGrid(url, mail)).status).toBe(400);
  expect(mailbox.messages()).toEqual([]);
});

test("SendGrid's API wants a key, and plays wrong credentials and a full account", async () => {
  const { mailbox, faults, url } = await openMailbox();
  expect((await sendGrid(url, MAIL, "")).status).toBe(401);
  faults.set("email", "credentials");
  const refused = await sendGrid(url);
  expect(refused.status).toBe(401);
  expect(await refused.json()).toMatchObject({
    errors: [{ message: expect.any(String) as string }],
  });
  faults.set("email", "full");
  expect((await sendGrid(url)).status).toBe(429);
  faults.set("email", "refuse");
  await expect(sendGrid(url)).rejects.toThrow("fetch failed");
  expect(mailbox.messages()).toEqual([]);
});

test("SMTP delivers, with encoded words and UTF-8 read", async () => {
  const { mailbox, smtpPort } = await openMailbox();
  expect(await smtp(smtpPort, ...ENVELOPE, CONTENT)).toEqual([220, 250, 250, 250, 354, 250]);
  expect(mailbox.messages("ann@example.com")).toMatchObject([
    { via: "smtp", subject: "Grüße", from: expect.stringContaining("shop@example.com") as string },
  ]);
  expect(mailbox.messages()[0]?.text.trim()).toBe("Hallo, schön.");
});

test("SMTP out of order is a failure that passes: the sender may try again", async () => {
  const { mailbox, faults, smtpPort } = await openMailbox();
  faults.set("email", "errors");
  const codes = await smtp(smtpPort, "EHLO shop", "MAIL FROM:<shop@example.com>");
  expect(codes).toEqual([220, 250, 451]);
  expect(mailbox.messages()).toEqual([]);
});

test("clients that break off do not bring the mailbox down", async () => {
  const { smtpPort } = await openMailbox();
  for (let round = 0; round < 3; round++) {
    const socket = connect(smtpPort, "127.0.0.1");
    await once(socket, "data");
    socket.resetAndDestroy();
  }
  expect(await smtp(smtpPort, ...ENVELOPE, CONTENT)).toContain(354);
});

test("waiting finds a mail that is there, one that comes, and gives up on none", async () => {
  const { mailbox, url } = await openMailbox();
  const coming = mailbox.waitFor(({ to }) => to.includes("ann@example.com"));
  await sendGrid(url);
  const { id } = await coming;
  expect((await mailbox.waitFor((message) => message.id === id)).id).toBe(id);
  await expect(mailbox.waitFor(() => false, 20)).rejects.toThrow("within 20 ms");
});

test("the pages show a mail, its links and nothing of it as markup of their own", async () => {
  const { mailbox, url } = await openMailbox();
  await sendGrid(url);
  const [message] = mailbox.messages();
  const list = await (await fetch(`${url}/mail`)).text();
  expect(list).toContain(`href="/mail/${message?.id}"`);
  expect(list).not.toContain("<1>");
  const response = await fetch(`${url}/mail/${message?.id}`);
  const html = await response.text();
  expect(html).not.toContain("<script");
  expect(html).toMatch(/<iframe[^>]* sandbox="(?![^"]*(scripts|same-origin))/);
  expect(html).toMatch(/href="http:\/\/localhost:4321\/orders\/1\?a=1&(#38|amp);b=2"/);
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect((await fetch(`${url}/mail/unknown`)).status).toBe(404);
});

test("a mail's own HTML is sandboxed even when it is opened by itself", async () => {
  const { mailbox, url } = await openMailbox();
  await sendGrid(url);
  const response = await fetch(`${url}/mail/${mailbox.messages()[0]?.id}?html`);
  const policy = response.headers.get("content-security-policy");
  expect(policy).toMatch(/default-src 'none'.*; sandbox/);
  expect(policy).not.toMatch(/script-src|allow-scripts/);
});

test("mails are kept over a restart until DELETE", async () => {
  const folder = mkdtempSync(join(tmpdir(), "slipway-mail-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const first = await openMailbox(folder);
  await sendGrid(first.url);
  const second = await openMailbox(folder);
  const list = await fetch(`${second.url}/mail/api?to=ann@example.com`);
  expect(await list.json()).toMatchObject([{ subject: "Your order <1>" }]);
  await fetch(`${second.url}/mail/api`, { method: "DELETE" });
  expect(second.mailbox.messages()).toEqual([]);
  expect((await openMailbox(folder)).mailbox.messages()).toEqual([]);
});
