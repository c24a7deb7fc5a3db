import { simpleParser, type ParsedMail } from "mailparser";
import { SMTPServer } from "smtp-server";
import type { Faults } from "./faults.ts";
import { openMailStore, type Message } from "./mail-store.ts";
import { listPage, messagePage } from "./mailbox-pages.ts";
import { PAGE_HEADERS } from "./page.ts";
import { readBody } from "./read-body.ts";
import { parseSendGrid, refuseSendGrid } from "./sendgrid.ts";
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
}

export async function startMailbox({ folder, smtpPort, faults }: MailboxOptions): Promise<Mailbox> {
  const store = openMailStore(folder);
  const smtp = await listenForSmtp(smtpPort, faults, (mail, to) => store.add(fromSmtp(mail, to)));
  return {
    messages: store.list,
    waitFor: store.waitFor,
    async handle(request, response) {
      const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
      const json = (status: number, body: unknown): void =>
        void response
          .writeHead(status, { "content-type": "application/json" })
          .end(JSON.stringify(body));
      if (pathname === "/v3/mail/send") {
        if ((await faults.guard("email", request, response)) === "handled") return;
        const body = await readBody(request);
        const refusal = refuseSendGrid(request, body, faults.get("email"));
        if (refusal) {
          json(refusal.status, { errors: [{ message: refusal.message }] });
          return;
        }
        const ids = parseSendGrid(body).map((message) => store.add(message).id);
        response.writeHead(202, { "x-message-id": ids[0] ?? "" }).end();
        return;
      }
      if (pathname === "/mail/api" && request.method === "DELETE") store.clear();
      if (pathname === "/mail/api") {
        json(200, store.list(searchParams.get("to") ?? undefined));
        return;
      }
      const message = store.find(pathname.split("/")[2] ?? "");
      if (pathname !== "/mail" && !message) {
        json(404, { error: "There is no such message." });
        return;
      }
      if (message && searchParams.has("html")) {
        const headers = { ...PAGE_HEADERS, "content-security-policy": HTML_POLICY };
        response.writeHead(200, headers).end(message.html ?? "");
        return;
      }
      response
        .writeHead(200, PAGE_HEADERS)
        .end(message ? messagePage(message) : listPage(store.list()));
    },
    close: () => new Promise((resolve) => smtp.close(() => resolve())),
  };
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
