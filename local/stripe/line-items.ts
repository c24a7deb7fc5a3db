import type Stripe from "stripe";
import { invalidParameter, missingResource } from "./api-error.ts";
import { newId } from "./ids.ts";
import type { Ledger } from "./ledger.ts";
import { isWholeAmount } from "./money.ts";
import { buildPrice } from "./objects/catalog.ts";
import { buildLineItem } from "./objects/line-item.ts";
import { idOf } from "./references.ts";

type Params = Stripe.Checkout.SessionCreateParams;

/** When a session is made, and in which mode. */
interface Setting {
  livemode: boolean;
  created: number;
}

/**
 * The line items of a new session. Throws a 400 unless they are some, of one currency, with sound
 * amounts and with prices that there are.
 */
export function readLineItems(
  ledger: Ledger,
  { line_items: items = [] }: Params,
  setting: Setting,
): Stripe.LineItem[] {
  if (items.length === 0)
    throw invalidParameter(
      "line_items",
      "Missing required param: line_items.",
      "parameter_missing",
    );
  const lineItems = items.map((item, index) => {
    const { price, name } = readPrice(ledger, item, `line_items[${index}]`, setting);
    return buildLineItem(item, price, name);
  });
  if (new Set(lineItems.map(({ currency }) => currency)).size > 1)
    throw invalidParameter("line_items", "All line items must have the same currency.");
  return lineItems;
}

function readPrice(
  ledger: Ledger,
  { price: id, price_data: data }: Stripe.Checkout.SessionCreateParams.LineItem,
  param: string,
  { livemode, created }: Setting,
): { price: Stripe.Price; name: string | null } {
  if ((id === undefined) === (data === undefined))
    throw invalidParameter(param, "You must specify either `price` or `price_data`, and not both.");
  const price = data
    ? buildPrice(priceParams(data), livemode, created)
    : ledger.state.prices.get(id ?? "");
  if (price?.livemode !== livemode) throw missingResource("price", id ?? "", `${param}[price]`);
  checkAmount(price, data ? `${param}[price_data]` : param);
  // A price of a session's own is not for sale elsewhere.
  if (data) price.active = false;
  const product = ledger.state.products.get(idOf(price.product));
  return { price, name: data?.product_data?.name ?? product?.name ?? null };
}

function priceParams(
  data: Stripe.Checkout.SessionCreateParams.LineItem.PriceData,
): Stripe.PriceCreateParams & { product: string } {
  return {
    currency: data.currency,
    unit_amount: data.unit_amount ?? 0,
    product: data.product ?? newId("prod", 14),
    ...(data.tax_behavior && { tax_behavior: data.tax_behavior }),
  };
}

function checkAmount({ currency, unit_amount: amount }: Stripe.Price, param: string): void {
  if (!/^[a-z]{3}$/.test(currency))
    throw invalidParameter(`${param}[currency]`, `Invalid currency: ${currency}`);
  if (!isWholeAmount(amount ?? 0, currency))
    throw invalidParameter(
      `${param}[unit_amount]`,
      `Invalid amount: ${amount ?? 0}. Amounts in ${currency} must end in 0.`,
    );
}
