const STYLE = `
:root { color-scheme: light dark; --ink: #14233c; --paper: #f7f5ef; --line: #c9c6bb; --quiet: #5a6478; --red: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ecf4; --paper: #0f1726; --line: #33405a; --quiet: #9fabc2; --red: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem 1.25rem 4rem; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
nav { display: flex; flex-wrap: wrap; gap: 1.25rem; padding-bottom: .75rem; border-bottom: 1px solid var(--line); }
a { color: inherit; text-underline-offset: .2em; }
h1 { font-size: 1.6rem; margin: 1.5rem 0 1rem; } h2 { font-size: 1.15rem; margin: 1.75rem 0 .5rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .45rem .75rem .45rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
pre { overflow: auto; padding: .75rem; border: 1px solid var(--line); white-space: pre-wrap; overflow-wrap: anywhere; }
button, select, input { font: inherit; padding: .35rem .75rem; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: 4px; }
button { cursor: pointer; } form { display: inline; } iframe { width: 100%; height: 36rem; border: 1px solid var(--line); background: #fff; }
.quiet { color: var(--quiet); } .bad { color: var(--red); font-weight: 600; }
select { max-width: 100%; } code, td a { overflow-wrap: anywhere; }
@media (max-width: 36rem) {
  thead { display: none; } tr { display: block; padding: .6rem 0; border-bottom: 1px solid var(--line); }
  th, td { display: block; padding: .1rem 0; border: 0; }
}`;

const LINKS = [
  ["/", "Overview"],
  ["/shop", "Shop"],
  ["/stripe", "Stripe"],
  ["/mail", "Mail"],
  ["/openid", "Google, GitHub"],
  ["/errors", "Errors"],
  ["/faults", "Faults"],
] as const;

/** What every page of the stack is sent with: no scripts, nothing from elsewhere. */
export const PAGE_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; form-action *; frame-ancestors 'self'",
};

/**
 * A whole HTML page of the stack; `title` is escaped, `bodyHtml` is taken as it is. `stackUrl` is for pages on another port than the
 * stack's own.
 */
export function page(title: string, bodyHtml: string, stackUrl = ""): string {
  const links = LINKS.map(([path, name]) => `<a href="${stackUrl}${path}">${name}</a>`).join("");
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body><nav aria-label="Local services">${links}</nav><main><h1>${escapeHtml(title)}</h1>${bodyHtml}</main></body></html>`;
}

/** Text for a place in HTML, attributes included. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${String(character.charCodeAt(0))};`);
}
