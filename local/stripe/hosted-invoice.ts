import type { ServerResponse } from "node:http";
import type Stripe from "stripe";
import { escapeHtml } from "../page.ts";
import { messagePage } from "./hosted-pages.ts";
import { SELLER_NAME } from "./hosted-shell.ts";
import type { Ledger } from "./ledger.ts";
import { formatAmount } from "./money.ts";
import { sendHtml } from "./pages.ts";
import { COUNTRIES } from "./tax.ts";

/** Answers `/i/ID` and `/i/ID/pdf`: the invoice as a page to print. */
export function sendInvoice({ state }: Ledger, path: string, response: ServerResponse): void {
  const [id = ""] = path.split("/");
  const invoice = state.invoices.get(id);
  if (invoice) sendHtml(response, 200, invoicePage(invoice));
  else
    sendHtml(
      response,
      404,
      messagePage("Invoice not found", "There is no invoice at this address.", null),
    );
}

/** The whole page of a paid invoice. */
function invoicePage(invoice: Stripe.Invoice): string {
  const date = new Date(invoice.created * 1000).toISOString().slice(0, 10);
  const number = escapeHtml(invoice.number ?? "");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Invoice ${number}</title>
<style>${STYLE}</style>
</head>
<body>
<p class="banner">A test invoice of the local Stripe: no money has moved.</p>
<main>
<header><div><h1>Invoice</h1><p class="seller">${SELLER_NAME}</p></div><p class="paid">Paid</p></header>
<dl>
<dt>Invoice number</dt><dd>${number}</dd>
<dt>Date of issue and supply</dt><dd><time datetime="${date}">${date}</time></dd>
<dt>Payment</dt><dd>${formatAmount(invoice.amount_paid, invoice.currency)} paid on ${date}</dd>
</dl>
<div class="parties">
<section><h2>Seller</h2><address>${SELLER_NAME}<br>Example Street 1<br>10115 Berlin<br>Germany<br>VAT number DE000000000</address></section>
<section><h2>Bill to</h2><address>${buyerLines(invoice).map(escapeHtml).join("<br>")}</address></section>
</div>
<div class="scroll"><table>
<thead><tr><th scope="col">Description</th><th scope="col">Quantity</th><th scope="col">Unit price</th><th scope="col">Amount</th></tr></thead>
<tbody>${invoice.lines.data.map(lineRow).join("\n")}</tbody>
<tfoot>${totalRows(invoice)}</tfoot>
</table></div>
${[invoice.description, invoice.footer].map(note).join("")}
</main>
</body>
</html>
`;
}

function buyerLines(invoice: Stripe.Invoice): string[] {
  const address = invoice.customer_address;
  const country = COUNTRIES.find(([code]) => code === address?.country)?.[1] ?? address?.country;
  const town = [address?.postal_code, address?.city].filter(Boolean).join(" ");
  const taxIds = (invoice.customer_tax_ids ?? []).map(({ value }) => `VAT number ${value ?? ""}`);
  const lines = [
    invoice.customer_name,
    address?.line1,
    address?.line2,
    town,
    country,
    invoice.customer_email,
    ...taxIds,
  ];
  return lines.filter((line): line is string => Boolean(line));
}

function lineRow(line: Stripe.InvoiceLineItem): string {
  const quantity = line.quantity ?? 1;
  const cells = [
    String(quantity),
    formatAmount(line.subtotal / quantity, line.currency),
    formatAmount(line.subtotal, line.currency),
  ];
  return `<tr><td>${escapeHtml(line.description ?? "")}</td>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
}

function totalRows(invoice: Stripe.Invoice): string {
  const money = (amount: number): string => formatAmount(amount, invoice.currency);
  const discount = invoice.total_discount_amounts?.[0]?.amount ?? 0;
  const [tax] = invoice.total_taxes ?? [];
  const rows = [
    totalRow("Subtotal", money(invoice.subtotal)),
    discount > 0 ? totalRow("Discount", money(-discount)) : "",
    tax ? totalRow("Total without tax", money(invoice.total_excluding_tax ?? 0)) : "",
    tax ? totalRow(taxName(tax), money(tax.amount)) : "",
    totalRow("Total", money(invoice.total), "total"),
  ];
  return rows.join("\n");
}

function taxName(tax: Stripe.Invoice.TotalTax): string {
  if (tax.taxability_reason === "reverse_charge")
    return "VAT: reverse charge, the recipient owes the tax";
  const [, country = "", percentage = "0"] = tax.tax_rate_details?.tax_rate.split("_") ?? [];
  const within = tax.tax_behavior === "inclusive" ? ", included in the prices" : "";
  return `VAT ${country} ${percentage} %${within}`;
}

function totalRow(name: string, amount: string, className = ""): string {
  return `<tr class="${className}"><th scope="row" colspan="3">${escapeHtml(name)}</th><td>${amount}</td></tr>`;
}

function note(text: string | null): string {
  return text ? `<p>${escapeHtml(text)}</p>` : "";
}

const STYLE = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; color: #1a1f36; background: #f3f4f9; font: 1rem/1.5 system-ui, sans-serif; }
.banner { margin: 0; padding: .6rem 1.25rem; background: #ffe9a8; text-align: center; font-size: .9rem; }
main { max-width: 46rem; margin: 2rem auto; padding: clamp(1.25rem, 5vw, 3.5rem); background: #fff; }
header, .parties { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 1.5rem; }
h1 { margin: 0; font-size: 2rem; letter-spacing: -.02em; } h2 { margin: 0 0 .25rem; font-size: 1rem; }
.seller { margin: 0; color: #545b76; font-weight: 600; }
.paid { align-self: start; margin: .4rem 0; padding: .2rem .9rem; color: #0c5c33; background: #d9f2e3; border-radius: 1rem; font-weight: 600; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .15rem 1.5rem; margin: 1.5rem 0 2rem; }
dt { color: #545b76; } dd { margin: 0; } section { flex: 1 1 14rem; } address { font-style: normal; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; margin: 2.5rem 0 1.5rem; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .55rem 0 .55rem 1rem; text-align: right; vertical-align: top; }
th:first-child, td:first-child { padding-left: 0; text-align: left; }
thead th { border-bottom: 2px solid #1a1f36; font-size: .85rem; } tbody td { border-bottom: 1px solid #d5d8e4; }
tfoot th { font-weight: 400; } .total th, .total td { border-top: 2px solid #1a1f36; font-weight: 700; }
@media print { body { background: none; } main { margin: 0; padding: 0; max-width: none; } .banner { border-bottom: 1px solid; } }`;
