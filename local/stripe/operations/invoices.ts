import type Stripe from "stripe";
import { CONTRACT } from "../contract.ts";
import { listPage, type ListParams } from "../listing.ts";
import { find, list, operation, type Operation } from "./operation.ts";

export const INVOICES: readonly Operation[] = [
  operation<Stripe.InvoiceListParams & ListParams>(
    "GET /v1/invoices",
    CONTRACT.invoiceList,
    (call) => list(call, call.ledger.state.invoices.values(), "invoices", ["customer", "status"]),
  ),
  operation("GET /v1/invoices/:id", CONTRACT.nothing, (call) =>
    find(call.ledger.state.invoices, call, "invoice"),
  ),
  operation<ListParams>("GET /v1/invoices/:id/lines", CONTRACT.invoiceListLineItems, (call) => {
    const invoice = find(call.ledger.state.invoices, call, "invoice");
    return listPage(invoice.lines.url, invoice.lines.data.toReversed(), call.params);
  }),
];
