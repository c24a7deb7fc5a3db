import { expect, test } from "vitest";
import { isBroken, isUnsteady, median, table, type Line } from "../../../scripts/bench/lines.ts";

const LINE: Line = { part: "server", name: "home: CPU", unit: "×", values: [1, 3, 2], budget: 2 };

test("the median counts, not the best or the worst", () => {
  expect(median([9, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 9])).toBe(3);
  expect(() => median([])).toThrow("--runs");
});

test("a budget is the most, or with isFloor the least", () => {
  expect(isBroken(LINE)).toBe(false);
  expect(isBroken({ ...LINE, budget: 1.9 })).toBe(true);
  expect(isBroken({ ...LINE, isFloor: true, budget: 2 })).toBe(false);
  expect(isBroken({ ...LINE, isFloor: true, budget: 2.1 })).toBe(true);
  expect(isBroken({ ...LINE, budget: null })).toBe(false);
});

test("only what the clock measured can be unsteady", () => {
  expect(isUnsteady(LINE)).toBe(false);
  expect(isUnsteady({ ...LINE, isTimed: true })).toBe(true);
  expect(isUnsteady({ ...LINE, isTimed: true, values: [2, 2.5, 2.2] })).toBe(false);
});

test("the table has the budget beside the value and names what is broken", () => {
  const [, row = ""] = table([{ ...LINE, budget: 1.6 }]).split("\n");
  expect(row.split(/ {2,}/)).toEqual(["home: CPU", "2×", "1-3", "≤ 1.60×", "BROKEN"]);
});
