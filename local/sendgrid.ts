import type { IncomingMessage, ServerResponse } from "node:http";
import type { Fault, Faults } from "./faults.ts";
import type { MailReports } from "./mail-reports.ts";
import type { Message, openMailStore } from "./mail-store.ts";
import { readBody } from "./read-body.ts";

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

interface SendGridParts {
  store: ReturnType<typeof openMailStore>;
  reports: MailReports;
  faults: Faults;
}

/**
 * Answers SendGrid's API: takes mail at /v3/mail/send, and takes addresses off the lists of those
 * it sends nothing to at DELETE /v3/suppression/{list}/{address}.
 */
export function createSendGrid({ store, reports, faults }: SendGridParts) {
  return async (
    pathname: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    if ((await faults.guard("email", request, response)) === "handled") return;
    const body = await readBody(request);
    if (pathname.startsWith("/v3/suppression/") && request.method === "DELETE") {
      const refusal = refuseKey(request, faults.get("email"));
      const [list = "", address = ""] = pathname.split("/").slice(3).map(decodeURIComponent);
      if (refusal) sendJson(response, refusal.status, { errors: [{ message: refusal.message }] });
      else response.writeHead(reports.forgive(list, address) ? 204 : 404).end();
      return;
    }
    const refusal = refuseSendGrid(request, body, faults.get("email"));
    if (refusal) {
      sendJson(response, refusal.status, { errors: [{ message: refusal.message }] });
      return;
    }
    const ids = parseSendGrid(body)
      .filter(({ to }) => !to.some((address) => reports.drops(address)))
      .map((message) => store.add(message).id);
    response.writeHead(202, { "x-message-id": ids[0] ?? "" }).end();
  };
}

/** Ends a response with JSON. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

interface Refusal {
  status: number;
  message: string;
}

// Why SendGrid would refuse this request, or null.
function refuseSendGrid(
  request: IncomingMessage,
  body: string,
  fault: Fault | null,
): Refusal | null {
  if (request.method !== "POST") return { status: 405, message: "Method not allowed" };
  const refusal = refuseKey(request, fault);
  if (refusal) return refusal;
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

function refuseKey(request: IncomingMessage, fault: Fault | null): Refusal | null {
  if (fault !== "credentials" && /^Bearer \S+/.test(request.headers.authorization ?? ""))
    return null;
  return {
    status: 401,
    message: "The provided authorization grant is invalid, expired, or revoked",
  };
}

// The messages of a body that was not refused, one per personalization.
function parseSendGrid(body: string): Omit<Message, "id" | "receivedAt">[] {
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
