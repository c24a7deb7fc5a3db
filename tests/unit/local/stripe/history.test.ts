import type Stripe from "stripe";
import { createHistory } from "#local/stripe/history.ts";
import { emptyState, type State } from "#local/stripe/ledger.ts";
import { expect, test } from "vitest";

function put(state: State, id: string, amount: number): void {
  state.refunds.set(id, { id, amount } as Stripe.Refund);
}

test("the past has every state, the latest first", () => {
  const state = emptyState();
  const history = createHistory(state);
  put(state, "a", 1);
  history.observe();
  put(state, "b", 1);
  history.observe();
  put(state, "a", 2);
  const past = [...history.past()].map(({ refunds }) =>
    [...refunds.values()].map(({ id, amount }) => `${id}${amount}`).join(" "),
  );
  expect(past).toEqual(["a1 b1", "a1"]);
  expect(state.refunds.get("a")?.amount).toBe(2);
});

test("after very many changes the past is still right, and bounded", () => {
  const state = emptyState();
  const history = createHistory(state);
  put(state, "first", 1);
  for (let index = 0; index < 1_300; index += 1) {
    put(state, `r${index}`, 1);
    history.observe();
  }
  put(state, "r1299", 2);
  const past = [...history.past()];
  expect(past.length).toBeLessThanOrEqual(100);
  const [last] = past;
  expect(last?.refunds.size).toBe(1_301);
  expect(last?.refunds.get("r1299")?.amount).toBe(1);
  expect(past[10]?.refunds.has("r1299")).toBe(false);
  expect(past.at(-1)?.refunds.has("first")).toBe(true);
});

test("an object that never changes is not lost from the past", () => {
  const state = emptyState();
  const history = createHistory(state);
  state.coupons.set("kept", { id: "kept" } as Stripe.Coupon);
  for (let index = 0; index < 1_010; index += 1) {
    put(state, `r${index}`, 1);
    history.observe();
  }
  for (const { coupons } of history.past()) expect(coupons.has("kept")).toBe(true);
});
