import type Stripe from "stripe";
import { invalidParameter, missingResource } from "./api-error.ts";
import type { Checkout, TakenDiscount } from "./checkout-record.ts";
import type { Ledger } from "./ledger.ts";
import { formatAmount } from "./money.ts";
import { priceCheckout } from "./pricing.ts";
import { findPromotionCode, refreshPromotions } from "./promotions.ts";
import { idOf } from "./references.ts";

/** Takes a code's discount off an open session. Gives null, or why the code is refused. */
export function applyPromotionCode(
  ledger: Ledger,
  checkout: Checkout,
  code: string,
): string | null {
  refreshPromotions(ledger);
  const promotion = findPromotionCode(ledger, code, checkout.session.livemode);
  const problem = promotion ? findProblem(ledger, checkout, promotion) : "This code is invalid.";
  if (!promotion || problem !== null) return problem;
  const couponId = idOf(promotion.promotion.coupon);
  checkout.discount = { couponId, promotionCodeId: promotion.id };
  priceCheckout(ledger, checkout);
  return null;
}

/** Takes the discount of an open session away. */
export function removeDiscount(ledger: Ledger, checkout: Checkout): void {
  delete checkout.discount;
  priceCheckout(ledger, checkout);
}

/** Why the session's discount holds no longer, or null. */
export function recheckDiscount(ledger: Ledger, checkout: Checkout): string | null {
  refreshPromotions(ledger);
  const { discount } = checkout;
  if (!discount) return null;
  const promotion = ledger.state.promotionCodes.get(discount.promotionCodeId ?? "");
  if (promotion) return findProblem(ledger, checkout, promotion);
  const isValid = ledger.state.coupons.get(discount.couponId)?.valid;
  return isValid ? null : "This discount has ended.";
}

/** Counts the use of the session's discount. */
export function redeemDiscount(ledger: Ledger, { discount }: Checkout): void {
  if (!discount) return;
  const coupon = ledger.state.coupons.get(discount.couponId);
  const promotion = ledger.state.promotionCodes.get(discount.promotionCodeId ?? "");
  if (coupon) coupon.times_redeemed += 1;
  if (promotion) promotion.times_redeemed += 1;
  refreshPromotions(ledger);
}

/** The discount that a new session's request asks for. Throws a 400 when there is none such. */
export function readDiscount(
  ledger: Ledger,
  params: Stripe.Checkout.SessionCreateParams,
  livemode: boolean,
): TakenDiscount | null {
  const { discounts = [], allow_promotion_codes: allowed } = params;
  const [first] = discounts;
  if (!first) return null;
  if (allowed !== undefined)
    throw invalidParameter(
      "discounts",
      "You may only specify one of these parameters: allow_promotion_codes, discounts.",
    );
  if (discounts.length > 1) throw invalidParameter("discounts", "Only one discount is allowed.");
  refreshPromotions(ledger);
  const promotion = ledger.state.promotionCodes.get(first.promotion_code ?? "");
  if (first.promotion_code !== undefined && (promotion?.livemode !== livemode || !promotion.active))
    throw missingResource("promotion code", first.promotion_code, "discounts[0][promotion_code]");
  const couponId = promotion ? idOf(promotion.promotion.coupon) : (first.coupon ?? "");
  const coupon = ledger.state.coupons.get(couponId);
  if (coupon?.livemode !== livemode || !coupon.valid)
    throw missingResource("coupon", couponId, "discounts[0][coupon]");
  return { couponId, promotionCodeId: promotion?.id ?? null };
}

function findProblem(
  ledger: Ledger,
  { session }: Checkout,
  promotion: Stripe.PromotionCode,
): string | null {
  const coupon = ledger.state.coupons.get(idOf(promotion.promotion.coupon));
  if (!promotion.active || !coupon?.valid) return "This code has expired.";
  if (promotion.customer !== null && promotion.customer !== session.customer)
    return "This code is invalid.";
  if (coupon.currency !== null && coupon.currency !== session.currency)
    return "This code is not for this currency.";
  const { minimum_amount: least, minimum_amount_currency: currency } = promotion.restrictions;
  if (least !== null && currency !== null) {
    if (currency !== session.currency || (session.amount_subtotal ?? 0) < least)
      return `This code needs an order of at least ${formatAmount(least, currency)}.`;
  }
  if (promotion.restrictions.first_time_transaction && hasBought(ledger, session))
    return "This code is for a first order only.";
  return null;
}

function hasBought(ledger: Ledger, session: Stripe.Checkout.Session): boolean {
  if (session.customer === null) return false;
  return [...ledger.state.checkouts.values()].some(
    ({ session: other }) =>
      other.customer === session.customer &&
      other.status === "complete" &&
      other.payment_status === "paid",
  );
}
