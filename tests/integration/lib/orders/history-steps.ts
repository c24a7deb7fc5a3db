import type { TestShop } from "../../../support/shop.ts";
import { insertBuyer } from "./purchase.ts";
import { OUTSIDE } from "./history-outside.ts";
import { REQUESTS } from "./history-requests.ts";
import { watch } from "./history-books.ts";
import { isExpected, type History } from "./history-worker.ts";

/** Something that happens: `pick` chooses which order, payment, course or event, 0 the newest. */
export interface Step {
  name: string;
  pick: number;
}

/** All that can happen to one buyer's orders. */
export const STEP_NAMES = [...Object.keys(OUTSIDE), ...Object.keys(REQUESTS)];

/** How often each step came to something: one that never does would prove nothing. */
export const effects = new Map<string, number>(STEP_NAMES.map((name) => [name, 0]));

/** A history of a buyer who has done nothing yet, at a Stripe that knows nothing else. */
export async function beginHistory(
  shop: TestShop,
  fixed: Pick<History, "courses" | "adminId">,
): Promise<History> {
  // What former histories left would be looked through again by every step.
  for (const kept of Object.values(shop.stripe.state)) if (kept instanceof Map) kept.clear();
  shop.stripe.faultQueue.clear();
  const buyer = await insertBuyer(shop);
  return { shop, buyer, ...fixed, kill: null, slow: [], opened: new Set() };
}

/**
 * Does one step, if it makes sense now. What a person, Stripe or a killed Worker would be told is
 * swallowed, for only where it leads to counts; any other error is a bug and thrown.
 */
export async function take(history: History, { name, pick }: Step): Promise<void> {
  try {
    const outside = OUTSIDE[name]?.(history, pick);
    const isDone = outside ?? (await REQUESTS[name]?.(history, pick)) ?? false;
    if (isDone) effects.set(name, (effects.get(name) ?? 0) + 1);
  } catch (error) {
    if (!isExpected(error)) throw error;
  }
  if (name in REQUESTS) await watch(history);
}
