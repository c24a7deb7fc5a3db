import type Stripe from "stripe";
import { newId } from "../ids.ts";

/** A new customer as Stripe answers it. */
export function buildCustomer(
  params: Stripe.CustomerCreateParams,
  livemode: boolean,
  created: number,
): Stripe.Customer {
  return {
    id: newId("cus", 14),
    object: "customer",
    address: (params.address ?? null) as Stripe.Address | null,
    balance: 0,
    created,
    currency: null,
    default_source: null,
    delinquent: false,
    description: params.description ?? null,
    email: params.email ?? null,
    invoice_prefix: newId("").slice(1, 9).toUpperCase(),
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    livemode,
    metadata: (params.metadata ?? {}) as Stripe.Metadata,
    name: params.name ?? null,
    phone: params.phone ?? null,
    preferred_locales: params.preferred_locales ?? [],
    shipping: null,
    tax_exempt: "none",
    test_clock: null,
  };
}
