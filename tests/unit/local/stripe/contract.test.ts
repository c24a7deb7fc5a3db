import { readFileSync } from "node:fs";
import { CONTRACT } from "#local/stripe/contract.ts";
import { refine } from "#local/stripe/refine.ts";
import { CONTRACT_FILE, renderContract } from "../../../../scripts/stripe-contract.ts";
import { expect, test } from "vitest";

test("the contract is the one of the installed stripe package", () => {
  const isCurrent = readFileSync(CONTRACT_FILE, "utf8") === renderContract();
  expect(isCurrent, "Run `node scripts/stripe-contract.ts` and look at the difference.").toBe(true);
}, 30_000);

test("a request has its parameters with their types", () => {
  expect(CONTRACT.refundCreate).toMatchObject({
    amount: { kind: "integer", minimum: 1 },
    metadata: { kind: "metadata", emptyable: true },
    reason: {
      kind: "choice",
      values: expect.arrayContaining(["duplicate", "fraudulent"]) as string[],
    },
  });
  expect(CONTRACT.couponCreate["percent_off"]).toEqual({ kind: "decimal" });
  expect(CONTRACT.sessionList["created"]).toEqual({ kind: "period" });
  expect(CONTRACT.sessionCreate).not.toHaveProperty("payment_method_types");
  expect(CONTRACT.webhookEndpointCreate["enabled_events"]).toMatchObject({ required: true });
});

test("a refinement of what the package does not have is refused", () => {
  expect(() => refine(CONTRACT.refundCreate, { price: { kind: "text" } })).toThrow('"price"');
  expect(() => refine(CONTRACT.refundCreate, { "amount.value": {} })).toThrow("nothing at");
});
