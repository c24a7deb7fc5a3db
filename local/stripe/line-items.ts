import type Stripe from "stripe";
import { invalidParameter } from "./api-error.ts";
import { isWholeAmount } from "./money.ts";

/** Throws a 400 unless the session's line items are some, of one currency, with sound amounts. */
export function checkLineItems({
  line_items: items = [],
}: Stripe.Checkout.SessionCreateParams): void {
  if (items.length === 0)
    throw invalidParameter(
      "line_items",
      "Missing required param: line_items.",
      "parameter_missing",
    );
  const currencies = new Set(items.map((item) => item.price_data?.currency.toLowerCase()));
  if (currencies.size > 1)
    throw invalidParameter("line_items", "All line items must have the same currency.");
  const [currency = ""] = currencies;
  if (!/^[a-z]{3}$/.test(currency))
    throw invalidParameter("line_items[0][price_data][currency]", `Invalid currency: ${currency}`);
  items.forEach((item, index) => {
    const amount = item.price_data?.unit_amount ?? 0;
    if (!isWholeAmount(amount, currency))
      throw invalidParameter(
        `line_items[${index}][price_data][unit_amount]`,
        `Invalid amount: ${amount}. Amounts in ${currency} must end in 0.`,
      );
  });
}
