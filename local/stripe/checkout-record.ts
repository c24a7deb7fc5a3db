import type Stripe from "stripe";
import type { Buyer } from "./buyer.ts";
import type { TestCard } from "./cards.ts";
import type { PaymentMeans } from "./objects/payment.ts";

/** A checkout session with what the API does not show of it. */
export interface Checkout {
  session: Stripe.Checkout.Session;
  lineItems: Stripe.LineItem[];
  paymentIntentData: Stripe.Checkout.SessionCreateParams.PaymentIntentData;
  /** What the customer may be given from what the buyer types. */
  customerUpdate?: Stripe.Checkout.SessionCreateParams.CustomerUpdate;
  /** Where the buyer lives, as far as it is known before paying. */
  address?: Stripe.Address;
  /** The buyer's VAT number, for the tax. */
  taxId?: string;
  discount?: TakenDiscount;
  authentication?: PendingAuthentication;
}

/** What is taken off a session: a coupon, by its code when there was one. */
export interface TakenDiscount {
  couponId: string;
  promotionCodeId: string | null;
}

/** A card's payment that waits for its owner to authenticate. */
export interface PendingAuthentication {
  card: TestCard;
  means: PaymentMeans;
  buyer: Buyer;
}
