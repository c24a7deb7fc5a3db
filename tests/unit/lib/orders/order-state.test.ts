import { expect, test } from "vitest";
import { canBecome } from "#lib/orders/order-state.ts";
import { ORDER_STATUSES, type OrderStatus } from "#lib/orders/order.ts";

test("no state leads from money back to waiting", () => {
  const waiting: OrderStatus[] = ["creating", "pending", "processing", "expired", "failed"];
  const money: OrderStatus[] = [
    "paid",
    "partially_refunded",
    "refunded",
    "disputed",
    "charged_back",
  ];
  for (const from of money) for (const to of waiting) expect(canBecome(from, to)).toBe(false);
});

test("every state may stay, and go to review and from there", () => {
  for (const status of ORDER_STATUSES) {
    expect(canBecome(status, status)).toBe(true);
    expect(canBecome(status, "review")).toBe(true);
    expect(canBecome("review", status)).toBe(true);
  }
});
