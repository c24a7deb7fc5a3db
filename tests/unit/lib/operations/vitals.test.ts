import fc from "fast-check";
import { expect, test } from "vitest";
import { bucketLimit, bucketOf, type Metric } from "#lib/operations/vitals.ts";

test("a value is counted in a bucket that is at most a tenth wider", () => {
  const value = fc.double({ min: 10, max: 600_000, noNaN: true });
  fc.assert(
    fc.property(fc.constantFrom<Metric>("LCP", "INP", "TTFB", "FCP"), value, (metric, measured) => {
      const limit = bucketLimit(metric, bucketOf(metric, measured));
      expect(limit).toBeGreaterThanOrEqual(measured * 0.999);
      expect(limit).toBeLessThan(measured * 1.12);
    }),
  );
});

test("layout shift has buckets of its own scale", () => {
  expect(bucketOf("CLS", 0)).toBe(0);
  expect(bucketLimit("CLS", bucketOf("CLS", 0.1))).toBeCloseTo(0.1, 1);
});
