import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Environment } from "#lib/environment.ts";
import { DependencyError } from "#lib/errors.ts";
import { MailRefusedError, openEmail } from "#lib/services/email.ts";

const requests: { authorization: string | undefined; body: string }[] = [];
let status = 202;
const server = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk: Buffer) => (body += chunk.toString()));
  request.on("end", () => {
    requests.push({ authorization: request.headers.authorization, body });
    response.writeHead(status).end('{"errors":[{"message":"kim@example.com is no good"}]}');
  });
});
const mail = {
  to: "Kim <kim@example.com>",
  subject: "Hello",
  text: "text",
  html: "<p>html</p>",
  replyTo: "visitor@example.com",
  dedupeKey: "welcome:1",
};

function email() {
  const { port } = server.address() as AddressInfo;
  return openEmail({
    EMAIL_HOST: "smtp.sendgrid.net",
    EMAIL_API_BASE: `http://localhost:${port}`,
    EMAIL_PASSWORD: "SG.key",
    EMAIL_FROM: "Slipway <shop@example.com>",
  } as Environment);
}

beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
afterAll(() => {
  server.close();
});

test("SendGrid is asked in its own terms, and to leave the links alone", async () => {
  await email().send(mail);
  const request = requests.at(-1);
  expect(request?.authorization).toBe("Bearer SG.key");
  expect(JSON.parse(request?.body ?? "")).toMatchObject({
    personalizations: [{ to: [{ email: "kim@example.com", name: "Kim" }] }],
    from: { email: "shop@example.com", name: "Slipway" },
    reply_to: { email: "visitor@example.com" },
    content: [{ type: "text/plain" }, { type: "text/html" }],
    tracking_settings: { click_tracking: { enable: false }, open_tracking: { enable: false } },
  });
});

test("a refusal of the mail is final, and repeats nothing that the provider said", async () => {
  status = 400;
  const refusal = await email()
    .send(mail)
    .catch((error: unknown) => error as Error);
  expect(refusal).toBeInstanceOf(MailRefusedError);
  expect((refusal as Error).message).not.toContain("kim@example.com");
});

test.each([401, 429, 503])("the status %i is an outage, and worth another try", async (answer) => {
  status = answer;
  await expect(email().send(mail)).rejects.toThrow(DependencyError);
});

test("S39: a line break in any header is refused before anything is sent", async () => {
  const before = requests.length;
  for (const lineEnd of ["\r\n", "\n", "\r", "\0"])
    for (const change of [
      { subject: `Hi${lineEnd}Bcc: x@example.com` },
      { to: `a@example.com${lineEnd}Cc: b` },
      { replyTo: `a@example.com${lineEnd}Cc: b` },
      { dedupeKey: `welcome:1${lineEnd}Cc: b` },
      { headers: { "List-Unsubscribe": `<https://shop.example>${lineEnd}Cc: b` } },
      { headers: { [`X-One${lineEnd}Cc`]: "b" } },
    ])
      await expect(email().send({ ...mail, ...change })).rejects.toThrow(MailRefusedError);
  expect(requests).toHaveLength(before);
});
