import { createPrivateKey, randomBytes, sign } from "node:crypto";

/** Where SendGrid's events go, and what they are signed with: the base64 of a key's PKCS#8. */
export interface MailWebhook {
  url: string;
  privateKey: string;
}

/** What the owner of a mailbox, or its server, does to a mail. */
export type MailReport = "bounce" | "spam";

export type MailReports = ReturnType<typeof createMailReports>;

/** SendGrid's lists of addresses that it sends nothing to any more, as its API names them. */
const LISTS = { bounce: "bounces", spam: "spam_reports" } as const;
const DROP_REASONS = { bounce: "Bounced Address", spam: "Spam Reporting Address" } as const;
const TIMEOUT_MS = 10_000;

/** The two headers by which SendGrid proves a body at a time in Unix seconds. */
export function mailSignature(
  body: string,
  privateKey: string,
  time: number,
): Record<string, string> {
  const key = createPrivateKey({
    key: Buffer.from(privateKey, "base64"),
    format: "der",
    type: "pkcs8",
  });
  const header = "x-twilio-email-event-webhook";
  return {
    [`${header}-signature`]: sign("sha256", Buffer.from(`${time}${body}`), key).toString("base64"),
    [`${header}-timestamp`]: String(time),
  };
}

/**
 * Tells the shop what became of mail, as SendGrid does, and remembers whom SendGrid would send
 * nothing to after that. Without a webhook nobody is told.
 */
export function createMailReports(webhook: MailWebhook | null) {
  const refused = new Map<string, MailReport>();

  async function tell(address: string, event: Record<string, string>): Promise<number | null> {
    if (!webhook) return null;
    const time = Math.floor(Date.now() / 1000);
    const ids = { sg_event_id: randomId(), sg_message_id: `${randomId()}.recvd-0` };
    const body = JSON.stringify([{ email: address, timestamp: time, ...ids, ...event }]);
    const headers = {
      "content-type": "application/json",
      ...mailSignature(body, webhook.privateKey, time),
    };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    try {
      const response = await fetch(webhook.url, { method: "POST", body, headers, signal });
      await response.body?.cancel();
      return response.status;
    } catch {
      return null;
    }
  }

  return {
    isHeard: webhook !== null,
    /** Plays the report and gives the status that the shop answered, or null for no answer. */
    report(kind: MailReport, address: string): Promise<number | null> {
      refused.set(address.toLowerCase(), kind);
      return tell(address, kind === "spam" ? { event: "spamreport" } : BOUNCE);
    },
    /** Whether SendGrid drops mail to the address; if so it tells the shop, in its own time. */
    drops(address: string): boolean {
      const kind = refused.get(address.toLowerCase());
      if (kind) void tell(address, { event: "dropped", reason: DROP_REASONS[kind] });
      return kind !== undefined;
    },
    /** Takes an address off the list of that name; gives whether it was on it. */
    forgive(list: string, address: string): boolean {
      const kind = refused.get(address);
      return kind !== undefined && LISTS[kind] === list && refused.delete(address);
    },
  };
}

const BOUNCE = {
  event: "bounce",
  type: "bounce",
  status: "5.1.1",
  reason: "550 5.1.1 The mailbox does not exist",
  bounce_classification: "Invalid Address",
};

function randomId(): string {
  return randomBytes(16).toString("base64url");
}
