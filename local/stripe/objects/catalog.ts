import type Stripe from "stripe";
import { newId } from "../ids.ts";

/** A new product as Stripe answers it. */
export function buildProduct(
  params: Stripe.ProductCreateParams,
  livemode: boolean,
  created: number,
): Stripe.Product {
  return {
    id: params.id ?? newId("prod", 14),
    object: "product",
    active: params.active ?? true,
    created,
    default_price: null,
    description: params.description ?? null,
    images: params.images ?? [],
    livemode,
    marketing_features: [],
    metadata: (params.metadata ?? {}) as Stripe.Metadata,
    name: params.name,
    package_dimensions: null,
    shippable: null,
    statement_descriptor: params.statement_descriptor ?? null,
    tax_code: params.tax_code ?? null,
    tax_details: null,
    type: "service",
    unit_label: params.unit_label ?? null,
    updated: created,
    url: params.url ?? null,
  };
}

/** A new price for one-time payments as Stripe answers it. */
export function buildPrice(
  params: Stripe.PriceCreateParams & { product: string },
  livemode: boolean,
  created: number,
): Stripe.Price {
  const amount = params.unit_amount ?? 0;
  return {
    id: newId("price"),
    object: "price",
    active: params.active ?? true,
    billing_scheme: "per_unit",
    created,
    currency: params.currency.toLowerCase(),
    custom_unit_amount: null,
    livemode,
    lookup_key: params.lookup_key ?? null,
    metadata: (params.metadata ?? {}) as Stripe.Metadata,
    nickname: params.nickname ?? null,
    product: params.product,
    recurring: null,
    tax_behavior: params.tax_behavior ?? "unspecified",
    tiers_mode: null,
    transform_quantity: null,
    type: "one_time",
    unit_amount: amount,
    // On the wire a decimal is a string; the library turns it into its own type.
    unit_amount_decimal: String(amount) as unknown as Stripe.Price["unit_amount_decimal"],
  };
}
