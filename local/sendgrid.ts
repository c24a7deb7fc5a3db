import type { IncomingMessage } from "node:http";
import type { Fault } from "./faults.ts";
import type { Message } from "./mail-store.ts";

/** The part of SendGrid's v3 "mail send" body that is read here. */
interface SendGridMail {
  personalizations: {
    to: { email: string }[];
    subject?: string;
    headers?: Record<string, string>;
  }[];
  from: { email: string; name?: string };
  subject?: string;
  content: { type: string; value: string }[];
  headers?: Record<string, string>;
  reply_to?: { email: string };
}

/** Why SendGrid would refuse this request, or null. */
export function refuseSendGrid(
  request: IncomingMessage,
  body: string,
  fault: Fault | null,
): { status: number; message: string } | null {
  if (request.method !== "POST") return { status: 405, message: "Method not allowed" };
  if (fault === "credentials" || !/^Bearer \S+/.test(request.headers.authorization ?? ""))
    return {
      status: 401,
      message: "The provided authorization grant is invalid, expired, or revoked",
    };
  if (fault === "full" || fault === "readonly")
    return { status: 429, message: "Maximum credits exceeded" };
  try {
    const mail = JSON.parse(body) as Partial<SendGridMail>;
    const isComplete =
      mail.personalizations?.length &&
      mail.personalizations.every(({ to }) => to.length > 0) &&
      mail.from?.email &&
      mail.content?.length &&
      mail.content.every(({ type, value }) => type && value);
    return isComplete ? null : { status: 400, message: "Bad Request: a required field is missing" };
  } catch {
    return { status: 400, message: "Bad Request: the body is not JSON" };
  }
}

/** The messages of a body that was not refused, one per personalization. */
export function parseSendGrid(body: string): Omit<Message, "id" | "receivedAt">[] {
  const mail = JSON.parse(body) as SendGridMail;
  const content = (type: string): string | undefined =>
    mail.content.find((part) => part.type === type)?.value;
  const { name, email } = mail.from;
  return mail.personalizations.map((personalization) => ({
    via: "sendgrid",
    from: name ? `${name} <${email}>` : email,
    to: personalization.to.map((recipient) => recipient.email),
    subject: personalization.subject ?? mail.subject ?? "",
    text: content("text/plain") ?? "",
    html: content("text/html") ?? null,
    headers: {
      ...(mail.reply_to && { "reply-to": mail.reply_to.email }),
      ...mail.headers,
      ...personalization.headers,
    },
  }));
}
