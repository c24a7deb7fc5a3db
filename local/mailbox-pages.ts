import type { Message } from "./mail-store.ts";
import { escapeHtml, page } from "./page.ts";

/** All messages, the newest first. */
export function listPage(messages: Message[]): string {
  if (messages.length === 0)
    return page("Mail", `<p class="quiet">No mail yet. What the shop sends appears here.</p>`);
  const rows = messages.toReversed().map(
    ({ id, subject, to, receivedAt, via }) =>
      `<tr><td><a href="/mail/${id}">${escapeHtml(subject)}</a></td><td>${escapeHtml(to.join(", "))}</td>
<td class="quiet">${escapeHtml(receivedAt.replace("T", " ").slice(0, 19))} UTC</td><td class="quiet">${via}</td></tr>`,
  );
  return page(
    `Mail (${messages.length})`,
    `<table><thead><tr><th>Subject</th><th>To</th><th>Received</th><th>By</th></tr></thead><tbody>${rows.join("")}</tbody></table>`,
  );
}

/**
 * One message: its text with links that can be followed, its HTML in a sandbox, its headers, and
 * buttons that play what SendGrid reports. `answer` is the shop's status to such a report.
 */
export function messagePage(
  message: Message,
  { canReport, answer }: { canReport: boolean; answer: string | null },
): string {
  const headers = Object.entries(message.headers).map(
    ([name, value]) => `<tr><th>${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  return page(
    message.subject,
    `<p>${escapeHtml(message.from)} → ${escapeHtml(message.to.join(", "))}
<span class="quiet">${escapeHtml(message.receivedAt)}, by ${message.via}</span></p>
${canReport ? REPORT_FORM : ""}
${answer ? `<p role="status">SendGrid told the shop, which answered ${escapeHtml(answer)}.</p>` : ""}
<h2>Text</h2><pre>${withLinks(message.text)}</pre>
${message.html ? `<h2>HTML</h2><iframe title="The mail as HTML" sandbox="allow-popups allow-top-navigation-by-user-activation" src="/mail/${message.id}?html"></iframe>` : ""}
${headers.length > 0 ? `<h2>Headers</h2><table>${headers.join("")}</table>` : ""}`,
  );
}

const REPORT_FORM = `<form method="post">
<button name="report" value="bounce">Bounce</button>
<button name="report" value="spam">Mark as spam</button>
</form>`;

function withLinks(text: string): string {
  return text
    .split(/(https?:\/\/[^\s<>"]+)/)
    .map((part, index) =>
      index % 2 === 1
        ? `<a href="${escapeHtml(part)}" rel="noreferrer">${escapeHtml(part)}</a>`
        : escapeHtml(part),
    )
    .join("");
}
