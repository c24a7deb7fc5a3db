import type Stripe from "stripe";
import { missingResource } from "./api-error.ts";
import { partialAddress } from "./buyer.ts";
import { applyPromotionCode } from "./discounts.ts";
import type { Checkout } from "./checkout-record.ts";
import type { Ledger } from "./ledger.ts";
import { priceCheckout } from "./pricing.ts";
import { addCoupon, addPromotionCode, findPromotionCode, refreshPromotions } from "./promotions.ts";

/** A promotion code with its coupon; times are in Unix seconds, amounts in minor units. */
export interface Promotion {
  code: string;
  percentOff?: number;
  amountOff?: number;
  /** Of `amountOff` and `minimumAmount`; euro unless given. */
  currency?: string;
  maxRedemptions?: number;
  expiresAt?: number;
  minimumAmount?: number;
  firstTimeOnly?: boolean;
  livemode?: boolean;
}

/** Discounts, and what the buyer tells before paying. */
export interface PromotionControls {
  /**
   * Makes a promotion code with a coupon of its own, without an event; gives the active one that
   * has the code already.
   */
  createPromotion(promotion: Promotion): Stripe.PromotionCode;
  /** The buyer types a promotion code. Gives null, or why it is refused. */
  applyPromotion(sessionId: string, code: string): string | null;
  /** The buyer says where the tax is owed. */
  setAddress(sessionId: string, address: Partial<Stripe.Address>, taxId?: string): void;
}

/** The codes a new local stack knows. */
export const SEEDED_PROMOTIONS: readonly Promotion[] = [
  { code: "WELCOME20", percentOff: 20 },
  { code: "FREE100", percentOff: 100 },
  { code: "FIVER", amountOff: 500, currency: "eur" },
];

export function createPromotionControls(ledger: Ledger, changed: () => void): PromotionControls {
  return {
    createPromotion(promotion) {
      changed();
      refreshPromotions(ledger);
      const existing = findPromotionCode(ledger, promotion.code, promotion.livemode ?? false);
      return existing?.active ? existing : makePromotion(ledger, promotion);
    },
    applyPromotion(sessionId, code) {
      changed();
      return applyPromotionCode(ledger, find(ledger, sessionId), code);
    },
    setAddress(sessionId, address, taxId) {
      changed();
      const checkout = find(ledger, sessionId);
      checkout.address = partialAddress(address);
      if (taxId !== undefined) checkout.taxId = taxId;
      priceCheckout(ledger, checkout);
    },
  };
}

function find({ state }: Ledger, sessionId: string): Checkout {
  const checkout = state.checkouts.get(sessionId);
  if (checkout?.session.status !== "open") throw missingResource("checkout.session", sessionId);
  return checkout;
}

function makePromotion(ledger: Ledger, promotion: Promotion): Stripe.PromotionCode {
  const { code, percentOff, amountOff, currency = "eur", livemode = false } = promotion;
  const terms: Stripe.CouponCreateParams =
    amountOff === undefined
      ? { percent_off: percentOff ?? 0 }
      : { amount_off: amountOff, currency };
  const coupon = addCoupon(ledger, { ...terms, name: code }, livemode);
  const { maxRedemptions, expiresAt, minimumAmount, firstTimeOnly = false } = promotion;
  return addPromotionCode(
    ledger,
    {
      code,
      promotion: { type: "coupon", coupon: coupon.id },
      ...(maxRedemptions !== undefined && { max_redemptions: maxRedemptions }),
      ...(expiresAt !== undefined && { expires_at: expiresAt }),
      restrictions: {
        first_time_transaction: firstTimeOnly,
        ...(minimumAmount !== undefined && {
          minimum_amount: minimumAmount,
          minimum_amount_currency: currency,
        }),
      },
    },
    livemode,
  );
}
