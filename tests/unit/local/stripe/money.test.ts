import { expect, test } from "vitest";
import { allocate, formatAmount, isWholeAmount, parseAmount } from "#local/stripe/money.ts";

test("an amount parted by weights adds up, and no part is a unit away from its share", () => {
  for (let amount = 0; amount < 400; amount += 7)
    for (const weights of [[1], [1, 1, 1], [4900, 1999, 1], [0, 3, 3], [99, 1, 1, 1]]) {
      const parts = allocate(amount, weights);
      const sum = weights.reduce((total, weight) => total + weight, 0);
      expect(parts.reduce((total, part) => total + part, 0)).toBe(amount);
      parts.forEach((part, index) => {
        expect(Math.abs(part - (amount * (weights[index] ?? 0)) / sum)).toBeLessThan(1);
      });
    }
});

test("nothing is parted when there is nothing to weigh", () => {
  expect(allocate(500, [0, 0])).toEqual([0, 0]);
  expect(allocate(500, [])).toEqual([]);
});

test.each([
  ["12.50", "eur", 1250],
  ["12,5", "eur", 1250],
  [" 1200 ", "jpy", 1200],
  ["1.5", "kwd", 1500],
  ["0", "eur", null],
  ["-1", "eur", null],
  ["1e3", "eur", null],
  ["", "eur", null],
])("%j in %s is %j", (text, currency, amount) => {
  expect(parseAmount(text, currency)).toBe(amount);
});

test("each currency has the decimals Stripe counts in", () => {
  expect(formatAmount(1250, "eur")).toBe("€12.50");
  expect(formatAmount(1250, "JPY")).toBe("¥1,250");
  expect(formatAmount(1250, "bhd")).toMatch(/1\.250$/);
  expect(isWholeAmount(1255, "bhd")).toBe(false);
  expect(isWholeAmount(1255, "eur")).toBe(true);
});
