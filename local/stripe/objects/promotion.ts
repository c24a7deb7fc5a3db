import type Stripe from "stripe";
import { newId } from "../ids.ts";

/** A new coupon as Stripe answers it. */
export function buildCoupon(
  params: Stripe.CouponCreateParams,
  livemode: boolean,
  created: number,
): Stripe.Coupon {
  return {
    id: params.id ?? newId("").slice(1, 9),
    object: "coupon",
    amount_off: params.amount_off ?? null,
    ...(params.applies_to && { applies_to: { products: params.applies_to.products ?? [] } }),
    created,
    currency: params.currency?.toLowerCase() ?? null,
    duration: params.duration ?? "once",
    duration_in_months: params.duration_in_months ?? null,
    livemode,
    max_redemptions: params.max_redemptions ?? null,
    metadata: (params.metadata ?? {}) as Stripe.Metadata,
    name: params.name ?? null,
    percent_off: params.percent_off ?? null,
    redeem_by: params.redeem_by ?? null,
    times_redeemed: 0,
    valid: true,
  };
}

/** A new promotion code of a coupon as Stripe answers it. */
export function buildPromotionCode(
  params: Stripe.PromotionCodeCreateParams,
  couponId: string,
  livemode: boolean,
  created: number,
): Stripe.PromotionCode {
  const { restrictions = {} } = params;
  return {
    id: newId("promo"),
    object: "promotion_code",
    active: params.active ?? true,
    code: params.code ?? newId("").slice(1, 9).toUpperCase(),
    created,
    customer: params.customer ?? null,
    customer_account: null,
    expires_at: params.expires_at ?? null,
    livemode,
    max_redemptions: params.max_redemptions ?? null,
    metadata: (params.metadata ?? {}) as Stripe.Metadata,
    promotion: { coupon: couponId, type: "coupon" },
    restrictions: {
      first_time_transaction: restrictions.first_time_transaction ?? false,
      minimum_amount: restrictions.minimum_amount ?? null,
      minimum_amount_currency: restrictions.minimum_amount_currency?.toLowerCase() ?? null,
    },
    times_redeemed: 0,
  };
}
