import type { Environment } from "#lib/environment.ts";

/**
 * Whether the shop takes real money. Test and live orders may lie in one database (a staging copy
 * of production), so every row says which it is.
 */
export function isLivemode(environment: Pick<Environment, "STRIPE_SECRET_KEY">): boolean {
  return /^(sk|rk)_live_/.test(environment.STRIPE_SECRET_KEY);
}
