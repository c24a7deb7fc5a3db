import type Stripe from "stripe";

/** What the buyer typed. */
export interface Buyer {
  email: string;
  name: string | null;
  /** Null when the page did not ask. */
  address: Stripe.Address | null;
  businessName: string | null;
  /** The VAT number of a business, without spaces, in capitals. */
  taxId: string | null;
}

/** An address of which only a part is known. */
export function partialAddress(parts: Partial<Stripe.Address>): Stripe.Address {
  const empty = { city: null, country: null, line1: null, line2: null };
  return { ...empty, postal_code: null, state: null, ...parts };
}
