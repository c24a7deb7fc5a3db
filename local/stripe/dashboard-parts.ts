import { escapeHtml } from "../page.ts";

/** A button that posts the id to the action; `id` may be empty. */
export function button(action: string, id: string, label: string): string {
  const field = id && `<input type="hidden" name="id" value="${escapeHtml(id)}">`;
  return `<form method="post" action="/${action}">${field}<button>${label}</button></form>`;
}

/** A button with an amount to type beside it. */
export function amountButton(action: string, id: string, label: string): string {
  return `<form method="post" action="/${action}"><input type="hidden" name="id" value="${escapeHtml(id)}"><input name="amount" aria-label="Amount" inputmode="decimal" placeholder="Amount" size="7" required> <button>${label}</button></form>`;
}

/** Unix milliseconds as people read them. */
export function time(milliseconds: number): string {
  const iso = new Date(milliseconds).toISOString();
  return `<time datetime="${iso}">${iso.slice(0, 19).replace("T", " ")}</time>`;
}

/** A table of rows made by `row`, or a word that there are none. */
export function table(heads: string[], rows: string[]): string {
  if (rows.length === 0) return "<p>None yet.</p>";
  const head = heads.map((each) => `<th scope="col">${each}</th>`).join("");
  return `<div style="overflow-x:auto"><table><thead><tr>${head}</tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`;
}

/** A row; the cells are HTML. */
export function row(cells: string[]): string {
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
}

/** An id short enough for a column. */
export function shorten(id: string): string {
  return id.length > 20 ? `${id.slice(0, 14)}…${id.slice(-4)}` : id;
}
