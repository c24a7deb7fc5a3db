import generated from "./contract.generated.json" with { type: "json" };
import type { Fields, Parameter } from "./parameters.ts";
import { refine, unplayed, type Refinements } from "./refine.ts";

/** What stands at a path of an object: an id that can be expanded, a list, or a part of it. */
export interface Expansion {
  as: "id" | "list" | "inline" | "group";
  /** The types of object it may be. */
  types: readonly string[];
}

/** By type of object, what can be expanded in it, by path (`total_details.breakdown`). */
export type Expandable = Readonly<Record<string, Readonly<Record<string, Expansion>>>>;

type RequestName = keyof typeof generated.requests;

/** What the type declarations of the package say that answers can have expanded. */
export const EXPANDABLE = generated.expandable as Expandable;

/** Every request may name what it wants expanded. */
export const EXPAND: Fields = { expand: { kind: "list", item: { kind: "text" }, maxItems: 20 } };

const EMAIL: Parameter = { kind: "email" };
const URL: Parameter = { kind: "url" };
const text = (maxLength: number): Parameter => ({ kind: "text", maxLength });
const integer = (minimum: number): Parameter => ({ kind: "integer", minimum });

// What no type declaration says: Stripe's limits and formats, from its API reference, and what
// this stand-in does not play. A shop that sends one of those must hear it, not be ignored.
const REFINEMENTS: Partial<Record<RequestName, Refinements>> = {
  sessionCreate: {
    mode: { kind: "choice", values: ["payment"], required: true },
    ui_mode: { kind: "choice", values: ["hosted_page"] },
    success_url: { ...URL, required: true },
    cancel_url: URL,
    client_reference_id: text(200),
    currency: text(3),
    customer_email: EMAIL,
    line_items: { required: true },
    "line_items.quantity": integer(1),
    "line_items.price_data.currency": text(3),
    "line_items.price_data.product_data.name": text(250),
    "line_items.price_data.product_data.images": { item: URL, maxItems: 8 },
    "payment_intent_data.description": text(1000),
    "payment_intent_data.receipt_email": EMAIL,
    "payment_intent_data.statement_descriptor": text(22),
    "payment_intent_data.statement_descriptor_suffix": text(22),
    ...unplayed(
      "adaptive_pricing after_expiration branding_settings custom_fields customer_account",
      "managed_payments optional_items payment_method_data permissions redirect_on_completion",
      "return_url saved_payment_method_options setup_intent_data shipping_address_collection",
      "shipping_options subscription_data",
      "line_items.adjustable_quantity line_items.tax_rates",
      "line_items.price_data.recurring line_items.price_data.unit_amount_decimal",
      "payment_intent_data.application_fee_amount payment_intent_data.capture_method",
      "payment_intent_data.on_behalf_of payment_intent_data.setup_future_usage",
      "payment_intent_data.transfer_data payment_intent_data.transfer_group",
    ),
  },
  refundCreate: {
    amount: integer(1),
    ...unplayed("customer currency origin refund_application_fee reverse_transfer"),
  },
  customerCreate: {
    email: EMAIL,
    name: text(256),
    phone: text(20),
    "address.country": text(2),
    ...unplayed("balance cash_balance payment_method source tax_id_data test_clock"),
  },
  customerUpdate: { email: EMAIL, name: text(256), phone: text(20) },
  customerList: { email: EMAIL },
  couponCreate: {
    amount_off: integer(1),
    currency: text(3),
    name: text(40),
    max_redemptions: integer(1),
    duration_in_months: integer(1),
    ...unplayed("currency_options"),
  },
  promotionCodeCreate: { code: text(500), max_redemptions: integer(1) },
  priceCreate: { currency: text(3), ...unplayed("custom_unit_amount tiers unit_amount_decimal") },
  productCreate: { url: URL, ...unplayed("default_price_data") },
  eventList: { types: { maxItems: 20 } },
  webhookEndpointCreate: { url: URL, ...unplayed("api_version connect") },
  webhookEndpointUpdate: { url: URL },
};

const REQUESTS = Object.fromEntries(
  Object.entries(generated.requests).map(([name, fields]) => {
    const refinements = REFINEMENTS[name as RequestName] ?? {};
    // A limit of 0 is refused everywhere.
    const page = "limit" in fields ? { limit: integer(1) } : {};
    return [name, refine(fields as Fields, { ...page, ...refinements })];
  }),
) as Record<RequestName, Fields>;

/** What each request takes, named after the method of the library; `expand` goes everywhere. */
export const CONTRACT = {
  ...REQUESTS,
  lineItemList: REQUESTS.sessionListLineItems,
  nothing: {} as Fields,
};
