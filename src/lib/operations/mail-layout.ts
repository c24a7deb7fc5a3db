interface Link {
  label: string;
  url: string;
}

/** What a mail says, once; it becomes both plain text and HTML. */
export interface Letter {
  subject: string;
  /** The one sentence that mail programs show beside the subject. */
  preview: string;
  greeting?: string;
  paragraphs: string[];
  /** A code to be typed, shown large. */
  code?: string;
  /** Lines of a table, such as a receipt's; the last one is the sum. */
  rows?: [label: string, value: string][];
  action?: Link;
  /** Other pages that may be needed, below the action. */
  further?: Link[];
  /** What follows the action. */
  closing?: string[];
  /** Why the person gets this mail, and how not to. */
  reason: string;
  /** Where this kind of mail is turned off; only mail that people chose has one. */
  unsubscribeUrl?: string;
}

/** The parts of a mail that are the same in every template. */
export interface MailContent {
  subject: string;
  text: string;
  html: string;
  replyTo?: string;
  headers?: Record<string, string>;
}

/** Sets a letter as plain text and as HTML in the shop's looks, with everything in it escaped. */
export function layOut(letter: Letter, siteUrl: string): MailContent {
  return { subject: letter.subject, text: asText(letter, siteUrl), html: asHtml(letter, siteUrl) };
}

function asText(letter: Letter, siteUrl: string): string {
  const { greeting, paragraphs, code, rows, action, further = [], closing = [], reason } = letter;
  const wayOut = letter.unsubscribeUrl ? `\nNo more of these: ${letter.unsubscribeUrl}` : "";
  const blocks = [
    greeting,
    ...paragraphs,
    code && `    ${code}`,
    rows?.map(([label, value]) => `${label}: ${value}`).join("\n"),
    ...[...(action ? [action] : []), ...further].map(({ label, url }) => `${label}:\n${url}`),
    ...closing,
    `--\nSlipway, ${siteUrl}\n${reason}${wayOut}`,
  ];
  return `${blocks.filter((block) => block).join("\n\n")}\n`;
}

const FACES = "system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const PARAGRAPH = 'style="margin:0 0 16px;font-size:17px;line-height:1.55"';
// Mail programs that turn colours round for the dark leave alone what is declared for both.
const DARK = `@media (prefers-color-scheme:dark){
.page{background:#0d1626!important}
.sheet{background:#121e33!important;border-color:#bf2f11 #2c3b57 #2c3b57!important}
.ink{color:#e8ebf2!important}.soft{color:#a9b4c8!important}.line{border-color:#2c3b57!important}}`;

function asHtml(letter: Letter, siteUrl: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<title>${escapeHtml(letter.subject)}</title>
<style>:root{color-scheme:light dark}${DARK}</style></head>
<body class="page" style="margin:0;padding:24px 12px;background:#f9f6f0">
<div style="display:none;max-height:0;overflow:hidden">${escapeHtml(letter.preview)}</div>
<div class="sheet ink" style="max-width:560px;margin:0 auto;padding:32px 28px;background:#fefdfa;\
border:1px solid #d3cdc1;border-top:6px solid #bf2f11;color:#122239;font-family:${FACES}">
<p class="ink" style="margin:0 0 28px;font-size:20px;font-weight:700">Slipway</p>
${bodyHtml(letter)}
<p class="soft line" style="margin:32px 0 0;padding-top:16px;border-top:1px solid #d3cdc1;\
color:#465466;font-size:14px;line-height:1.5">${escapeHtml(letter.reason)}<br>\
<a class="soft" style="color:#465466" href="${escapeHtml(siteUrl)}">${escapeHtml(siteUrl)}</a>\
${wayOutHtml(letter)}</p>
</div></body></html>
`;
}

function bodyHtml(letter: Letter): string {
  const { greeting, paragraphs, code, rows, action, further = [], closing = [] } = letter;
  const paragraph = (text: string) =>
    `<p ${PARAGRAPH}>${escapeHtml(text).replaceAll("\n", "<br>")}</p>`;
  return [
    ...(greeting ? [paragraph(greeting)] : []),
    ...paragraphs.map(paragraph),
    code && codeHtml(code),
    rows && rowsHtml(rows),
    action && actionHtml(action),
    ...further.map(furtherHtml),
    ...closing.map(paragraph),
  ]
    .filter((part) => part)
    .join("\n");
}

function wayOutHtml({ unsubscribeUrl }: Letter): string {
  if (!unsubscribeUrl) return "";
  const style = 'class="soft" style="color:#465466"';
  return `<br><a ${style} href="${escapeHtml(unsubscribeUrl)}">No more of these</a>`;
}

function codeHtml(code: string): string {
  return `<p class="ink" style="margin:0 0 16px;\
font:700 32px/1.3 ui-monospace,Menlo,Consolas,monospace;letter-spacing:.18em">${escapeHtml(code)}</p>`;
}

function rowsHtml(rows: [string, string][]): string {
  const cells = rows.map(([label, value], index) => {
    const weight = index === rows.length - 1 ? "700" : "400";
    const style = `padding:10px 0;border-top:1px solid #d3cdc1;font:${weight} 16px/1.4 ${FACES}`;
    return `<tr><td class="line" style="${style}">${escapeHtml(label)}</td>\
<td class="line" style="${style};text-align:right;white-space:nowrap;padding-left:16px">\
${escapeHtml(value)}</td></tr>`;
  });
  return `<table role="presentation" style="width:100%;margin:0 0 24px;border-collapse:collapse">
${cells.join("\n")}
</table>`;
}

function furtherHtml({ label, url }: Link): string {
  const link = `<a class="ink" style="color:#122239" href="${escapeHtml(url)}">`;
  return `<p ${PARAGRAPH}>${link}${escapeHtml(label)}</a></p>`;
}

function actionHtml({ label, url }: Link): string {
  return `<p style="margin:24px 0"><a href="${escapeHtml(url)}" style="display:inline-block;\
padding:13px 22px;background:#bf2f11;color:#ffffff;font-size:17px;font-weight:600;\
text-decoration:none;border-radius:3px">\
${escapeHtml(label)}</a></p>`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
