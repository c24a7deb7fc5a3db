import { expect, test } from "vitest";
import { decimalAmount, formatMoney, parseMoney } from "#lib/orders/money.ts";

test("whole amounts show no decimals, others show all of them", () => {
  expect(formatMoney(4900, "eur")).toBe("€49");
  expect(formatMoney(4950, "eur")).toBe("€49.50");
  expect(formatMoney(123_456_789, "usd")).toBe("$1,234,567.89");
});

test("a currency without decimals is not divided", () => {
  expect(formatMoney(1200, "jpy")).toBe("¥1,200");
  expect(decimalAmount(1200, "jpy")).toBe("1200");
});

test("a currency with three decimals is divided by a thousand", () => {
  expect(formatMoney(12_345, "kwd").replace(/\s/u, " ")).toBe("KWD 12.345");
  expect(decimalAmount(12_000, "kwd")).toBe("12.000");
});

test("Stripe's decimals count where Intl's differ", () => {
  expect(decimalAmount(150_000, "huf")).toBe("1500.00");
  expect(formatMoney(150_000, "huf").replace(/\s/u, " ")).toBe("HUF 1,500");
  expect(decimalAmount(150_050, "IDR")).toBe("1500.50");
});

test.each([
  ["12", "eur", 1200],
  ["12.5", "eur", 1250],
  [" 12,05 ", "eur", 1205],
  ["0.001", "kwd", 1],
  ["1200", "jpy", 1200],
])("%j typed for %s is %i of its minor unit", (text, currency, amount) => {
  expect(parseMoney(text, currency)).toBe(amount);
});

test.each([
  ["", "eur"],
  ["-1", "eur"],
  ["1e3", "eur"],
  ["12.345", "eur"],
  ["12.5", "jpy"],
  ["1.200,00", "eur"],
  ["99999999999", "eur"],
  ["\u0661\u0662", "eur"],
])("%j typed for %s is no amount", (text, currency) => {
  expect(parseMoney(text, currency)).toBeNull();
});
