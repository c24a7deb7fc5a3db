import { DependencyError } from "#lib/errors.ts";
import type { Environment } from "#lib/environment.ts";
import { createBreaker } from "./breaker.ts";

/** One mail to one person; addresses may carry a name, as in `Slipway <shop@example.org>`. */
export interface Mail {
  to: string;
  subject: string;
  text: string;
  html: string;
  /** Where an answer goes, when not to the sender. */
  replyTo?: string;
  /**
   * The same for every try of the same mail, so that a provider's log shows which belong together.
   */
  dedupeKey: string;
  headers?: Record<string, string>;
}

/** The mail provider. */
export interface EmailService {
  /**
   * Hands a mail to the provider, 5 seconds, tried once; never while a visitor waits, for the outbox
   * does it afterwards. Throws DependencyError when the provider gives no usable answer and
   * MailRefusedError when trying again would not help.
   */
  send(mail: Mail): Promise<void>;
  /**
   * Takes an address off the provider's own lists of those it sends nothing to, 5 seconds, tried
   * once; an SMTP host has no such list. Throws DependencyError when it gives no usable answer.
   */
  allowAgain(address: string): Promise<void>;
}

/** The provider will never take this mail: the address or the content is wrong. */
export class MailRefusedError extends Error {
  override name = "MailRefusedError";
}

interface Address {
  email: string;
  name?: string;
}

const TIMEOUT_MS = 5_000;
const SMTP_PORT = 465;
// Wrong key (401, 403) and too many (429) are ours to mend; the mail itself is fine.
const RETRYABLE_STATUSES = new Set([401, 403, 408, 429]);

const breaker = createBreaker("email", {
  isOutage: (error) => !(error instanceof MailRefusedError),
});

/** The provider that EMAIL_HOST names: SendGrid's HTTP API, or any other host by SMTP over TLS. */
export function openEmail(environment: Environment): EmailService {
  const isSendGrid = environment.EMAIL_HOST === "smtp.sendgrid.net";
  const deliver = isSendGrid ? postToSendGrid : sendBySmtp;
  return {
    async send(mail) {
      refuseHeaderInjection(mail);
      try {
        await breaker.run(() => deliver(environment, mail));
      } catch (error) {
        if (error instanceof MailRefusedError || error instanceof DependencyError) throw error;
        throw new DependencyError("email", error);
      }
    },
    async allowAgain(address) {
      if (!isSendGrid) return;
      try {
        await breaker.run(() => takeOffSendGridLists(environment, address));
      } catch (error) {
        throw error instanceof DependencyError ? error : new DependencyError("email", error);
      }
    },
  };
}

// A line break in a header would start another header of the visitor's choice.
function refuseHeaderInjection(mail: Mail): void {
  const headers = Object.entries(mail.headers ?? {}).flat();
  const values = [mail.to, mail.subject, mail.replyTo ?? "", mail.dedupeKey, ...headers];
  if (values.some((value) => /[\r\n\0]/.test(value)))
    throw new MailRefusedError("A header of the mail holds a line break.");
}

async function postToSendGrid(environment: Environment, mail: Mail): Promise<void> {
  const message = sendGridMessage(parseAddress(environment.EMAIL_FROM), mail);
  const { ok, status } = await askSendGrid(environment, "POST", "mail/send", message);
  if (ok) return;
  const reason = `SendGrid answered ${status}`;
  if (status < 500 && !RETRYABLE_STATUSES.has(status)) throw new MailRefusedError(reason);
  throw new Error(reason);
}

async function takeOffSendGridLists(environment: Environment, address: string): Promise<void> {
  const remove = async (list: string) => {
    const path = `suppression/${list}/${encodeURIComponent(address)}`;
    const { ok, status } = await askSendGrid(environment, "DELETE", path);
    // 404: the address is not on this list.
    if (!ok && status !== 404) throw new Error(`SendGrid answered ${status}`);
  };
  await Promise.all(["bounces", "invalid_emails", "spam_reports"].map(remove));
}

async function askSendGrid(
  environment: Environment,
  method: "POST" | "DELETE",
  path: string,
  body?: object,
): Promise<Response> {
  const base = environment.EMAIL_API_BASE ?? "https://api.sendgrid.com";
  const response = await fetch(`${base}/v3/${path}`, {
    method,
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: {
      Authorization: `Bearer ${environment.EMAIL_PASSWORD}`,
      ...(body && { "Content-Type": "application/json" }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  // Read to the end, or the connection can't be used again; SendGrid's text may repeat the address.
  await response.text();
  return response;
}

function sendGridMessage(from: Address, mail: Mail) {
  return {
    personalizations: [
      { to: [parseAddress(mail.to)], custom_args: { dedupe_key: mail.dedupeKey } },
    ],
    from,
    ...(mail.replyTo && { reply_to: parseAddress(mail.replyTo) }),
    subject: mail.subject,
    content: [
      { type: "text/plain", value: mail.text },
      { type: "text/html", value: mail.html },
    ],
    ...(mail.headers && { headers: mail.headers }),
    // Links carry one-time tokens: nobody else's redirect may see them.
    tracking_settings: {
      click_tracking: { enable: false, enable_text: false },
      open_tracking: { enable: false },
    },
  };
}

async function sendBySmtp(environment: Environment, mail: Mail): Promise<void> {
  // Imported here because it needs the Workers runtime's sockets, and most shops never use it.
  const { LogLevel, WorkerMailer } = await import("worker-mailer");
  const from = parseAddress(environment.EMAIL_FROM);
  try {
    await WorkerMailer.send(
      {
        host: environment.EMAIL_HOST,
        port: SMTP_PORT,
        secure: true,
        credentials: {
          username: environment.EMAIL_USER ?? from.email,
          password: environment.EMAIL_PASSWORD,
        },
        authType: ["plain", "login"],
        // Its log would show addresses and the SMTP dialogue.
        logLevel: LogLevel.NONE,
        socketTimeoutMs: TIMEOUT_MS,
        responseTimeoutMs: TIMEOUT_MS,
      },
      {
        from,
        to: parseAddress(mail.to),
        ...(mail.replyTo && { reply: parseAddress(mail.replyTo) }),
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
        headers: { ...mail.headers, "X-Dedupe-Key": mail.dedupeKey },
      },
    );
  } catch (error) {
    // Only a 5xx after RCPT or DATA is about this mail; one after EHLO or AUTH is about our set-up.
    const reply = /(?:Invalid RCPT|Failed send email body).*? (5\d\d)[ -]/s.exec(String(error));
    if (reply) throw new MailRefusedError(`The SMTP server answered ${reply[1]}`);
    throw error;
  }
}

function parseAddress(address: string): Address {
  const named = /^\s*"?([^"<]*?)"?\s*<([^<>\s]+)>\s*$/.exec(address);
  if (!named?.[2]) return { email: address.trim() };
  return named[1] ? { email: named[2], name: named[1] } : { email: named[2] };
}
