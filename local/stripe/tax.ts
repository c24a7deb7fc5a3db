import type Stripe from "stripe";
import type { Checkout } from "./checkout-record.ts";

/** What the tax of a session is; `percentage` 0 says why in `reason`. */
export interface Tax {
  country: string;
  percentage: number;
  reason: "standard_rated" | "reverse_charge" | "not_collecting";
}

/** Where the seller of the local stack pays tax. */
const SELLER_COUNTRY = "DE";

// Standard rates of value added tax, in per cent; no tax is collected elsewhere.
const VAT_RATES: Readonly<Record<string, number>> = {
  AT: 20,
  BE: 21,
  CH: 8.1,
  DE: 19,
  DK: 25,
  ES: 21,
  FI: 25.5,
  FR: 20,
  GB: 20,
  IE: 23,
  IT: 22,
  LU: 17,
  NL: 21,
  NO: 25,
  PL: 23,
  PT: 23,
  SE: 25,
};
const OUTSIDE_THE_UNION = new Set(["CH", "GB", "NO"]);

/** Countries the hosted page offers, in the order of their names. */
export const COUNTRIES: readonly (readonly [code: string, name: string])[] = listCountries();

/** The session's tax, or null while it has none: not asked for, or the buyer's country unknown. */
export function findTax({ session, address, taxId }: Checkout): Tax | null {
  const country = address?.country ?? null;
  if (!session.automatic_tax.enabled || country === null) return null;
  const percentage = VAT_RATES[country] ?? 0;
  if (percentage === 0) return { country, percentage, reason: "not_collecting" };
  const isAbroad = country !== SELLER_COUNTRY && !OUTSIDE_THE_UNION.has(country);
  if (isAbroad && taxId?.startsWith(country))
    return { country, percentage: 0, reason: "reverse_charge" };
  return { country, percentage, reason: "standard_rated" };
}

/** Whether the tax is within the price; where the price does not say, the currency's custom decides. */
export function isInclusive(price: Stripe.Price | null, currency: string): boolean {
  const behavior = price?.tax_behavior ?? "unspecified";
  if (behavior !== "unspecified") return behavior === "inclusive";
  return currency !== "usd" && currency !== "cad";
}

/** The tax on an amount, in minor units; `inclusive` when it is a part of the amount. */
export function taxOn(amount: number, percentage: number, inclusive: boolean): number {
  return Math.round((amount * percentage) / (inclusive ? 100 + percentage : 100));
}

function listCountries(): [string, string][] {
  const names = new Intl.DisplayNames("en", { type: "region" });
  const codes = [...Object.keys(VAT_RATES), "AU", "BR", "CA", "IN", "JP", "KW", "US"];
  return codes
    .map((code): [string, string] => [code, names.of(code) ?? code])
    .sort(([, a], [, b]) => a.localeCompare(b, "en"));
}
