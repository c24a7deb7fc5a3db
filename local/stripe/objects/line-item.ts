import type Stripe from "stripe";
import { newId } from "../ids.ts";

/** A line item of a new session, before any discount or tax. */
export function buildLineItem(
  item: Stripe.Checkout.SessionCreateParams.LineItem,
  price: Stripe.Price,
  description: string | null,
): Stripe.LineItem {
  const { quantity = 1, metadata = {} } = item;
  const amount = (price.unit_amount ?? 0) * quantity;
  return {
    id: newId("li"),
    object: "item",
    adjustable_quantity: null,
    amount_discount: 0,
    amount_subtotal: amount,
    amount_tax: 0,
    amount_total: amount,
    currency: price.currency,
    description,
    metadata: metadata as Stripe.Metadata,
    price,
    quantity,
  };
}
