import {
  boolean,
  choice,
  email,
  group,
  integer,
  list,
  metadata,
  period,
  required,
  text,
  url,
  type Fields,
} from "./parameters.ts";

/** Every request may name what it wants expanded. */
export const EXPAND: Fields = { expand: list(text(), 20) };

/** Every list is paged this way. */
const PAGE: Fields = {
  limit: integer(1),
  starting_after: text(),
  ending_before: text(),
};

const ADDRESS = group({
  city: text(),
  country: text(2),
  line1: text(),
  line2: text(),
  postal_code: text(),
  state: text(),
});

const LOCALES =
  "auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hi-IN hr hu id it ja ko lt lv ms mt " +
  "nb nl pl pt pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW";

const LINE_ITEM = group({
  quantity: integer(1),
  metadata,
  price_data: required(
    group({
      currency: required(text(3)),
      unit_amount: required(integer()),
      tax_behavior: choice("exclusive", "inclusive", "unspecified"),
      product_data: required(
        group({
          name: required(text(250)),
          description: text(),
          images: list(url, 8),
          metadata,
          tax_code: text(),
          unit_label: text(12),
        }),
      ),
    }),
  ),
});

const SESSION_CREATE: Fields = {
  mode: required(choice("payment")),
  ui_mode: choice("hosted_page"),
  line_items: required(list(LINE_ITEM)),
  success_url: required(url),
  cancel_url: url,
  client_reference_id: text(200),
  currency: text(3),
  customer: text(),
  customer_email: email,
  customer_creation: choice("always", "if_required"),
  customer_update: group({
    address: choice("auto", "never"),
    name: choice("auto", "never"),
    shipping: choice("auto", "never"),
  }),
  expires_at: integer(),
  metadata,
  payment_intent_data: group({
    description: text(1000),
    metadata,
    receipt_email: email,
    statement_descriptor: text(22),
    statement_descriptor_suffix: text(22),
  }),
  allow_promotion_codes: boolean,
  automatic_tax: group({ enabled: required(boolean) }),
  billing_address_collection: choice("auto", "required"),
  consent_collection: group({
    promotions: choice("auto", "none"),
    terms_of_service: choice("none", "required"),
  }),
  invoice_creation: group({
    enabled: required(boolean),
    invoice_data: group({ description: text(1500), footer: text(5000), metadata }),
  }),
  locale: choice(...LOCALES.split(" ")),
  phone_number_collection: group({ enabled: required(boolean) }),
  submit_type: choice("auto", "book", "donate", "pay", "subscribe"),
  tax_id_collection: group({ enabled: required(boolean) }),
};

const REFUND_CREATE: Fields = {
  amount: integer(1),
  charge: text(),
  payment_intent: text(),
  metadata,
  reason: choice("duplicate", "fraudulent", "requested_by_customer"),
};

const CUSTOMER_CREATE: Fields = {
  address: ADDRESS,
  description: text(),
  email,
  metadata,
  name: text(256),
  phone: text(20),
  preferred_locales: list(text()),
};

/** What each request takes, named after the method of the library; `expand` goes everywhere. */
export const CONTRACT = {
  sessionCreate: SESSION_CREATE,
  sessionList: {
    ...PAGE,
    created: period,
    customer: text(),
    payment_intent: text(),
    status: choice("complete", "expired", "open"),
  },
  customerCreate: CUSTOMER_CREATE,
  customerList: { ...PAGE, created: period, email },
  chargeList: { ...PAGE, created: period, customer: text(), payment_intent: text() },
  paymentIntentList: { ...PAGE, created: period, customer: text() },
  refundCreate: REFUND_CREATE,
  refundList: { ...PAGE, created: period, charge: text(), payment_intent: text() },
  disputeList: { ...PAGE, created: period, charge: text(), payment_intent: text() },
  eventList: {
    ...PAGE,
    created: period,
    delivery_success: boolean,
    type: text(),
    types: list(text(), 20),
  },
  lineItemList: PAGE,
  nothing: {},
} satisfies Record<string, Fields>;
