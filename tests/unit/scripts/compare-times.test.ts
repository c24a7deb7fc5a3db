import { expect, test } from "vitest";
import { compareTimes } from "../../../scripts/compare-times.ts";

const times = (...durations: number[]) => durations.map((durationMs) => ({ durationMs }));

test("S17: times that are always longer are told apart, equal ones are not", () => {
  expect(compareTimes(times(5, 6, 7), times(1, 2, 3))).toEqual({ auc: 1, medianDifferenceMs: 4 });
  expect(compareTimes(times(1, 2, 3), times(5, 6, 7)).auc).toBe(0);
  expect(compareTimes(times(1, 2, 3, 4), times(1, 2, 3, 4))).toEqual({
    auc: 0.5,
    medianDifferenceMs: 0,
  });
});

test("one of two in each pair is a half", () => {
  expect(compareTimes(times(1, 4), times(2, 3)).auc).toBe(0.5);
});
