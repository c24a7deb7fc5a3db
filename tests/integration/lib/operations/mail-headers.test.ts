import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { enqueueMail, sendDueMail } from "#lib/operations/outbox.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";

let shop: TestShop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.stop());

test("S39: a line break in an address is refused and starts no header", async () => {
  await enqueueMail(shop.services.database, {
    dedupeKey: "bad-address",
    template: "welcome",
    recipient: "kim@example.com\r\nBcc: everybody@example.com",
    parameters: { name: "Kim" },
  });
  expect(await sendDueMail(shop.services, { now: new Date() })).toMatchObject({ failed: 1 });
  expect(shop.mailbox.messages()).toEqual([]);
});

test.each([
  ...["\r\n", "\n", "\r", "\u0085", "\u2028", "\u2029", "\v", "\f"],
  ...["%0d%0a", "%0A", "\\r\\n", "=0D=0A", "=?utf-8?q?=0D=0A?=", "&#13;&#10;", "\u560d\u560a"],
])("S39: with %j in a name, a mail has one reader and no header more", async (lineEnd) => {
  const name = `Kim${lineEnd}Bcc: everybody@example.com${lineEnd}${lineEnd}Body`;
  const { EMAIL_FROM } = shop.services.environment;
  const before = shop.mailbox.messages().length;
  // Past the form, which takes no name with a line break.
  await enqueueMail(shop.services.database, {
    dedupeKey: `contact:${randomUUID()}`,
    template: "contact",
    recipient: EMAIL_FROM,
    parameters: { name, email: "kim@example.com", message: "Hello" },
  });
  await sendDueMail(shop.services, { now: new Date() });
  const sent = shop.mailbox.messages().slice(before);
  expect(sent).toMatchObject([{ to: ["noreply@slipway.example"] }]);
  expect(sent[0]?.headers).toEqual({ "reply-to": "kim@example.com" });
  expect(sent[0]?.subject).toMatch(/^Message from Kim.*Body$/su);
  expect(sent[0]?.subject).not.toMatch(/\p{Cc}/u);
});
