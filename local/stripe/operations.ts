import { CATALOG } from "./operations/catalog.ts";
import { CHECKOUT_SESSIONS } from "./operations/checkout-sessions.ts";
import { CUSTOMERS } from "./operations/customers.ts";
import { DISPUTES } from "./operations/disputes.ts";
import { EVENTS } from "./operations/events.ts";
import { INVOICES } from "./operations/invoices.ts";
import type { Operation } from "./operations/operation.ts";
import { PAYMENTS } from "./operations/payments.ts";
import { PROMOTIONS } from "./operations/promotions.ts";
import { REFUNDS } from "./operations/refunds.ts";
import { PAYMENT_PAGES } from "./payment-pages.ts";
import { WEBHOOK_ENDPOINTS } from "./webhook-endpoints.ts";

export type { Operation } from "./operations/operation.ts";

/** Every request the local Stripe understands. */
export const OPERATIONS: readonly Operation[] = [
  ...CHECKOUT_SESSIONS,
  ...CUSTOMERS,
  ...PAYMENTS,
  ...REFUNDS,
  ...DISPUTES,
  ...PROMOTIONS,
  ...CATALOG,
  ...INVOICES,
  ...EVENTS,
  ...WEBHOOK_ENDPOINTS,
  ...PAYMENT_PAGES,
];
