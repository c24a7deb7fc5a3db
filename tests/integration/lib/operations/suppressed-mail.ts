import { randomUUID } from "node:crypto";
import { inject } from "vitest";
import { handleMailEvents, type MailEventsReport } from "#lib/operations/mail-events.ts";
import { enqueueMail, sendDueMail, type OutboxReport } from "#lib/operations/outbox.ts";
import { mailSignature } from "#local/mail-reports.ts";
import type { TestShop } from "../../../support/shop.ts";

/** An event as SendGrid sends it, with what a test says of it. */
export type MailEvent = { event: string; email: string } & Record<string, unknown>;

/** One event with an id of its own, of now unless the test says when. */
export function eventOf(event: MailEvent): MailEvent {
  const timestamp = Math.floor(Date.now() / 1000);
  return { timestamp, sg_event_id: randomUUID(), sg_message_id: "m.recvd-1", ...event };
}

/** A body and the headers that prove it. */
export function signed(body: string, time = Math.floor(Date.now() / 1000)) {
  const headers = mailSignature(body, inject("secrets").emailWebhookPrivateKey, time);
  const [signature = null, timestamp = null] = Object.values(headers);
  return { body, headers, signature, timestamp };
}

/** Hands the shop a signed batch. */
export function report(shop: TestShop, ...events: unknown[]): Promise<MailEventsReport> {
  const { body, signature, timestamp } = signed(JSON.stringify(events));
  return handleMailEvents(shop.services, { body, signature, timestamp, now: new Date() });
}

/** An address that no other test uses. */
export function newRecipient(): string {
  return `${randomUUID()}@example.com`;
}

/** Writes a mail to the address and has all that is due sent. */
export async function sendTo(shop: TestShop, recipient: string): Promise<OutboxReport> {
  await enqueueMail(shop.services.database, {
    dedupeKey: `welcome:${randomUUID()}`,
    template: "welcome",
    recipient,
    parameters: { name: "Kim" },
  });
  return sendDueMail(shop.services, { now: new Date() });
}

/** What the database has of an address that gets no mail. */
export async function suppressionsOf(shop: TestShop, email: string) {
  return shop.sql<{ reason: string; detail: string | null; lifted_at: Date | null }>(
    "SELECT reason, detail, lifted_at FROM mail_suppressions WHERE email = $1",
    [email],
  );
}
