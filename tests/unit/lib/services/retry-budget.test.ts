import { expect, test } from "vitest";
import { createRetryBudget } from "#lib/services/retry-budget.ts";

/** Calls a dependency so often, with one more try after a failure; gives how often it was asked. */
function callOften(calls: number, fails: (attempt: number) => boolean): number {
  const budget = createRetryBudget();
  let asked = 0;
  for (let call = 0; call < calls; call++) {
    budget.earn();
    asked += 1;
    if (fails(asked) && budget.spend()) asked += 1;
  }
  return asked;
}

test("with half of the calls failing, a dependency is asked 1.2 times as often at most", () => {
  expect(callOften(1_000, (attempt) => attempt % 2 === 0)).toBeLessThanOrEqual(1_200);
  expect(callOften(1_000, () => true)).toBeLessThanOrEqual(1_200);
});

test("a failure now and then is tried again each time", () => {
  expect(callOften(1_000, (attempt) => attempt % 50 === 0)).toBeGreaterThanOrEqual(1_019);
});

test("what was not needed is saved for ten failures in a row, and no more", () => {
  const budget = createRetryBudget();
  for (let call = 0; call < 1_000; call++) budget.earn();
  const tries = Array.from({ length: 12 }, () => budget.spend());
  expect(tries.filter(Boolean)).toHaveLength(10);
});
