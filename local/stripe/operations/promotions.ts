import type Stripe from "stripe";
import { CONTRACT } from "../contract.ts";
import { recordEvent, type Ledger } from "../ledger.ts";
import type { ListParams } from "../listing.ts";
import { createCoupon, createPromotionCode, refreshPromotions } from "../promotions.ts";
import {
  changeMetadata,
  find,
  list,
  operation,
  playing,
  type Call,
  type Operation,
} from "./operation.ts";

export const PROMOTIONS: readonly Operation[] = [
  operation<Stripe.CouponCreateParams>("POST /v1/coupons", CONTRACT.couponCreate, (call) =>
    createCoupon(call.ledger, call.params, call.livemode, call.cause),
  ),
  operation<Stripe.CouponListParams & ListParams>("GET /v1/coupons", CONTRACT.couponList, (call) =>
    list(call, fresh(call.ledger).coupons.values(), "coupons", []),
  ),
  operation("GET /v1/coupons/:id", CONTRACT.nothing, (call) =>
    find(fresh(call.ledger).coupons, call, "coupon"),
  ),
  operation<Stripe.CouponUpdateParams>(
    "POST /v1/coupons/:id",
    playing(CONTRACT.couponUpdate, "name metadata"),
    (call) => {
      const coupon = find(fresh(call.ledger).coupons, call, "coupon");
      coupon.name = call.params.name ?? coupon.name;
      changeMetadata(coupon, call.params.metadata);
      recordEvent(call.ledger, "coupon.updated", coupon, call.livemode, call.cause);
      return coupon;
    },
  ),
  operation("DELETE /v1/coupons/:id", CONTRACT.nothing, deleteCoupon),
  operation<Stripe.PromotionCodeCreateParams>(
    "POST /v1/promotion_codes",
    CONTRACT.promotionCodeCreate,
    (call) => createPromotionCode(call.ledger, call.params, call.livemode, call.cause),
  ),
  operation<Stripe.PromotionCodeListParams & ListParams>(
    "GET /v1/promotion_codes",
    CONTRACT.promotionCodeList,
    listPromotionCodes,
  ),
  operation("GET /v1/promotion_codes/:id", CONTRACT.nothing, (call) =>
    find(fresh(call.ledger).promotionCodes, call, "promotion code"),
  ),
  operation<Stripe.PromotionCodeUpdateParams>(
    "POST /v1/promotion_codes/:id",
    playing(CONTRACT.promotionCodeUpdate, "active metadata"),
    (call) => {
      const code = find(fresh(call.ledger).promotionCodes, call, "promotion code");
      code.active = call.params.active ?? code.active;
      changeMetadata(code, call.params.metadata);
      recordEvent(call.ledger, "promotion_code.updated", code, call.livemode, call.cause);
      return code;
    },
  ),
];

function fresh(ledger: Ledger): Ledger["state"] {
  refreshPromotions(ledger);
  return ledger.state;
}

function deleteCoupon(call: Call<unknown>): Stripe.DeletedCoupon {
  const coupon = find(call.ledger.state.coupons, call, "coupon");
  call.ledger.state.coupons.delete(call.id);
  recordEvent(call.ledger, "coupon.deleted", coupon, call.livemode, call.cause);
  return { id: call.id, object: "coupon", deleted: true };
}

function listPromotionCodes(call: Call<Stripe.PromotionCodeListParams & ListParams>): object {
  const { code, coupon } = call.params;
  const wanted = code?.toLowerCase();
  const codes = [...fresh(call.ledger).promotionCodes.values()].filter(
    (each) =>
      (wanted === undefined || each.code.toLowerCase() === wanted) &&
      (coupon === undefined || each.promotion.coupon === coupon),
  );
  return list(call, codes, "promotion_codes", ["active", "customer"]);
}
