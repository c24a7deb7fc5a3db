import type Stripe from "stripe";

/** The metadata after an update: keys given replace, an empty value removes, "" removes all. */
export function mergeMetadata(
  current: Stripe.Metadata,
  change: Stripe.Emptyable<Stripe.MetadataParam> | undefined,
): Stripe.Metadata {
  if (change === undefined) return current;
  const merged = Object.entries({ ...current, ...(change || null) });
  const kept = change ? merged.filter(([, value]) => value !== "" && value !== null) : [];
  return Object.fromEntries(kept.map(([key, value]) => [key, String(value)]));
}
