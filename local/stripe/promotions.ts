import type Stripe from "stripe";
import { ApiError, invalidParameter, missingResource } from "./api-error.ts";
import { now, recordEvent, type Cause, type Ledger } from "./ledger.ts";
import { buildCoupon, buildPromotionCode } from "./objects/promotion.ts";
import { idOf } from "./references.ts";

/** Makes a coupon. Throws a 400 when its terms contradict each other. */
export function createCoupon(
  ledger: Ledger,
  params: Stripe.CouponCreateParams,
  livemode: boolean,
  cause: Cause,
): Stripe.Coupon {
  const coupon = addCoupon(ledger, params, livemode);
  recordEvent(ledger, "coupon.created", coupon, livemode, cause);
  return coupon;
}

/** Makes a code that buyers can type for a coupon. Throws a 400 when an active one has the code. */
export function createPromotionCode(
  ledger: Ledger,
  params: Stripe.PromotionCodeCreateParams,
  livemode: boolean,
  cause: Cause,
): Stripe.PromotionCode {
  const code = addPromotionCode(ledger, params, livemode);
  recordEvent(ledger, "promotion_code.created", code, livemode, cause);
  return code;
}

/** As `createCoupon`, but nobody hears of it: for what is there from the beginning. */
export function addCoupon(
  ledger: Ledger,
  params: Stripe.CouponCreateParams,
  livemode: boolean,
): Stripe.Coupon {
  checkTerms(params);
  if (params.id !== undefined && ledger.state.coupons.has(params.id))
    throw invalidParameter("id", "Coupon already exists.", "resource_already_exists");
  const coupon = buildCoupon(params, livemode, now(ledger));
  ledger.state.coupons.set(coupon.id, coupon);
  return coupon;
}

/** As `createPromotionCode`, but nobody hears of it. */
export function addPromotionCode(
  ledger: Ledger,
  params: Stripe.PromotionCodeCreateParams,
  livemode: boolean,
): Stripe.PromotionCode {
  refreshPromotions(ledger);
  const { code, promotion, customer } = params;
  const coupon = ledger.state.coupons.get(promotion.coupon ?? "");
  if (coupon?.livemode !== livemode)
    throw missingResource("coupon", promotion.coupon ?? "", "promotion[coupon]");
  if (code !== undefined && !/^[A-Za-z0-9-]+$/.test(code))
    throw invalidParameter("code", "Promotion codes may only contain letters, digits and dashes.");
  if (code !== undefined && findPromotionCode(ledger, code, livemode)?.active)
    throw invalidParameter(
      "code",
      `An active promotion code with \`code: ${code}\` already exists.`,
    );
  if (customer !== undefined && !ledger.state.customers.has(customer))
    throw missingResource("customer", customer, "customer");
  const made = buildPromotionCode(params, coupon.id, livemode, now(ledger));
  ledger.state.promotionCodes.set(made.id, made);
  return made;
}

/** The promotion code with the text, whatever its case; an active one before others. Or null. */
export function findPromotionCode(
  ledger: Ledger,
  code: string,
  livemode: boolean,
): Stripe.PromotionCode | null {
  const wanted = code.trim().toLowerCase();
  const all = [...ledger.state.promotionCodes.values()].filter(
    (each) => each.livemode === livemode && each.code.toLowerCase() === wanted,
  );
  return all.find(({ active }) => active) ?? all.at(-1) ?? null;
}

/** Marks coupons and codes that time or use has ended. */
export function refreshPromotions(ledger: Ledger): void {
  const { coupons, promotionCodes } = ledger.state;
  const time = now(ledger);
  for (const coupon of coupons.values()) coupon.valid = !isOver(coupon, coupon.redeem_by, time);
  for (const code of promotionCodes.values()) {
    const isDead = !coupons.get(idOf(code.promotion.coupon))?.valid;
    if (isDead || isOver(code, code.expires_at, time)) code.active = false;
  }
}

function isOver(
  {
    max_redemptions: most,
    times_redeemed: times,
  }: { max_redemptions: number | null; times_redeemed: number },
  end: number | null,
  time: number,
): boolean {
  return (most !== null && times >= most) || (end !== null && end <= time);
}

function checkTerms(params: Stripe.CouponCreateParams): void {
  const { percent_off: percent, amount_off: amount, currency } = params;
  if ((percent === undefined) === (amount === undefined))
    throw new ApiError(400, {
      type: "invalid_request_error",
      message: "You must pass either percent_off or amount_off, and not both.",
      param: "percent_off",
    });
  if (percent !== undefined && !(percent > 0 && percent <= 100))
    throw invalidParameter("percent_off", "Invalid percent_off: must be above 0 and at most 100.");
  if (amount !== undefined && currency === undefined)
    throw invalidParameter(
      "currency",
      "You must pass a currency when you pass amount_off.",
      "parameter_missing",
    );
}
