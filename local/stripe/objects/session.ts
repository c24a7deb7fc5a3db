import type Stripe from "stripe";
import { buildCustomerDetails } from "./customer-details.ts";

type Params = Stripe.Checkout.SessionCreateParams;

const DAY_SECONDS = 86_400;

/** Where and when a session is made. */
export interface SessionSetting {
  id: string;
  baseUrl: string;
  livemode: boolean;
  created: number;
  lineItems: Stripe.LineItem[];
}

/** An open session as Stripe answers it, every field present. */
export function buildSession(params: Params, setting: SessionSetting): Stripe.Checkout.Session {
  const total = setting.lineItems.reduce((sum, item) => sum + item.amount_total, 0);
  return {
    ...emptyFields(),
    id: setting.id,
    object: "checkout.session",
    allow_promotion_codes: params.allow_promotion_codes ?? null,
    amount_subtotal: total,
    amount_total: total,
    automatic_tax: buildAutomaticTax(params.automatic_tax?.enabled ?? false),
    billing_address_collection: params.billing_address_collection ?? null,
    cancel_url: params.cancel_url ?? null,
    client_reference_id: params.client_reference_id ?? null,
    consent_collection: buildConsentCollection(params.consent_collection),
    created: setting.created,
    currency: setting.lineItems[0]?.currency ?? null,
    customer: params.customer ?? null,
    customer_creation: params.customer ? null : (params.customer_creation ?? "if_required"),
    customer_details:
      params.customer_email === undefined
        ? null
        : buildCustomerDetails({ email: params.customer_email }),
    customer_email: params.customer_email ?? null,
    expires_at: params.expires_at ?? setting.created + DAY_SECONDS,
    invoice_creation: buildInvoiceCreation(params.invoice_creation),
    livemode: setting.livemode,
    locale: params.locale ?? null,
    metadata: (params.metadata ?? {}) as Stripe.Metadata,
    mode: "payment",
    payment_method_types: ["card"],
    payment_status: total === 0 ? "no_payment_required" : "unpaid",
    phone_number_collection: { enabled: params.phone_number_collection?.enabled ?? false },
    status: "open",
    submit_type: params.submit_type ?? null,
    success_url: params.success_url ?? null,
    tax_id_collection: {
      enabled: params.tax_id_collection?.enabled ?? false,
      required: "never",
    },
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: "hosted_page",
    url: `${setting.baseUrl}/c/pay/${setting.id}`,
  };
}

function buildAutomaticTax(enabled: boolean): Stripe.Checkout.Session.AutomaticTax {
  if (!enabled) return { enabled, liability: null, provider: null, status: null };
  const status = "requires_location_inputs";
  return { enabled, liability: { type: "self" }, provider: "stripe", status };
}

function buildConsentCollection(
  consent: Params["consent_collection"],
): Stripe.Checkout.Session.ConsentCollection | null {
  if (!consent) return null;
  return {
    payment_method_reuse_agreement: null,
    promotions: consent.promotions ?? null,
    terms_of_service: consent.terms_of_service ?? null,
  };
}

function buildInvoiceCreation(
  invoice: Params["invoice_creation"],
): Stripe.Checkout.Session.InvoiceCreation {
  const data = invoice?.invoice_data;
  return {
    enabled: invoice?.enabled ?? false,
    invoice_data: {
      account_tax_ids: null,
      custom_fields: null,
      description: data?.description ?? null,
      footer: data?.footer ?? null,
      issuer: null,
      metadata: (data?.metadata ?? {}) as Stripe.Metadata,
      rendering_options: null,
    },
  };
}

/** The fields that are always the same here. */
function emptyFields() {
  return {
    adaptive_pricing: { enabled: false },
    after_expiration: null,
    allowed_payment_method_types: null,
    client_secret: null,
    collected_information: null,
    consent: null,
    currency_conversion: null,
    custom_fields: [],
    custom_text: {
      after_submit: null,
      shipping_address: null,
      submit: null,
      terms_of_service_acceptance: null,
    },
    customer_account: null,
    discounts: [],
    integration_identifier: null,
    invoice: null,
    managed_payments: null,
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: "if_required" as const,
    payment_method_configuration_details: null,
    payment_method_options: {},
    permissions: null,
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    subscription: null,
    wallet_options: null,
  };
}
