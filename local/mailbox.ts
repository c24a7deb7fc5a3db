import type { IncomingMessage, ServerResponse } from "node:http";
import { simpleParser, type ParsedMail } from "mailparser";
import { SMTPServer } from "smtp-server";
import type { Faults } from "./faults.ts";
import { openMailStore, type Message } from "./mail-store.ts";
import { createMailReports, type MailReports, type MailWebhook } from "./mail-reports.ts";
import { listPage, messagePage } from "./mailbox-pages.ts";
import { PAGE_HEADERS } from "./page.ts";
import { readBody } from "./read-body.ts";
import { createSendGrid, sendJson } from "./sendgrid.ts";
import type { LocalService } from "./service.ts";

export type { Message } from "./mail-store.ts";

/** A mailbox for every address: takes mail by SMTP and by SendGrid's API, and shows it. */
export interface Mailbox extends LocalService {
  /** Newest last; of one recipient, or of all. */
  messages(to?: string): Message[];
  /** The first message, past or coming, that fits. Throws when none has come in time. */
  waitFor(fits: (message: Message) => boolean, timeoutMs?: number): Promise<Message>;
}

interface MailboxOptions {
  /** Where messages are kept, one JSON file each; null keeps nothing. */
  folder: string | null;
  smtpPort: number;
  faults: Faults;
  /** Who is told of bounces and complaints; nobody by default. */
  webhook?: MailWebhook;
}

export async function startMailbox(options: MailboxOptions): Promise<Mailbox> {
  const { folder, smtpPort, faults, webhook = null } = options;
  const store = openMailStore(folder);
  const reports = createMailReports(webhook);
  const smtp = await listenForSmtp(smtpPort, faults, (mail, to) => store.add(fromSmtp(mail, to)));
  const sendGrid = createSendGrid({ store, reports, faults });
  return {
    messages: store.list,
    waitFor: store.waitFor,
    async handle(request, response) {
      const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
      if (pathname.startsWith("/v3/")) {
        await sendGrid(pathname, request, response);
        return;
      }
      if (pathname === "/mail/api" && request.method === "DELETE") store.clear();
      if (pathname === "/mail/api") {
        sendJson(response, 200, store.list(searchParams.get("to") ?? undefined));
        return;
      }
      const message = store.find(pathname.split("/")[2] ?? "");
      if (pathname !== "/mail" && !message) {
        sendJson(response, 404, { error: "There is no such message." });
        return;
      }
      if (message && request.method === "POST") {
        await playReport(reports, message, request, response);
        return;
      }
      if (message && searchParams.has("html")) {
        const headers = { ...PAGE_HEADERS, "content-security-policy": HTML_POLICY };
        response.writeHead(200, headers).end(message.html ?? "");
        return;
      }
      const answer = searchParams.get("answer");
      const canReport = reports.isHeard && message?.via === "sendgrid";
      response
        .writeHead(200, PAGE_HEADERS)
        .end(message ? messagePage(message, { canReport, answer }) : listPage(store.list()));
    },
    close: () => new Promise((resolve) => smtp.close(() => resolve())),
  };
}

async function playReport(
  reports: MailReports,
  message: Message,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const report = new URLSearchParams(await readBody(request)).get("report");
  if (report !== "bounce" && report !== "spam") {
    sendJson(response, 400, { error: "report must be bounce or spam." });
    return;
  }
  const status = await reports.report(report, message.to[0] ?? "");
  const location = `/mail/${message.id}?answer=${status ?? "nothing"}`;
  response.writeHead(303, { location }).end();
}

// A mail's own HTML: it may look as it likes and do nothing.
const HTML_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data: https:; frame-ancestors 'self'; sandbox allow-popups allow-top-navigation-by-user-activation";

async function listenForSmtp(
  port: number,
  faults: Faults,
  onMail: (mail: ParsedMail, to: string[]) => void,
): Promise<SMTPServer> {
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    size: 25_000_000,
    onAuth: (_auth, _session, done) => done(null, { user: "shop" }),
    onMailFrom: (_address, _session, done) => done(faults.get("email") ? outOfOrder() : null),
    onData(stream, session, done) {
      const to = session.envelope.rcptTo.map(({ address }) => address);
      simpleParser(stream)
        .then((mail) => onMail(mail, to))
        .then(() => done(), done);
    },
  });
  await new Promise<void>((resolve, reject) => {
    smtp.once("error", reject);
    smtp.listen(port, "127.0.0.1", resolve);
  });
  return smtp;
}

// 451 asks the sender to try again; an error without a code would be 550, which gives the mail up.
function outOfOrder(): Error {
  return Object.assign(new Error("The mailbox is out of order."), { responseCode: 451 });
}

function fromSmtp(mail: ParsedMail, to: string[]) {
  return {
    via: "smtp" as const,
    from: mail.from?.text ?? "",
    to,
    subject: mail.subject ?? "",
    text: mail.text ?? "",
    html: mail.html || null,
    headers: Object.fromEntries(
      mail.headerLines.map(({ key, line }) => [key, line.slice(key.length + 1).trim()]),
    ),
  };
}
