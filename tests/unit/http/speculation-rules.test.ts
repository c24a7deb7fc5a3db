import { expect, test } from "vitest";
import { SPECULATION_RULES } from "#http/speculation-rules.ts";

const patterns = SPECULATION_RULES.prefetch.flatMap(({ where }) =>
  where.href_matches.map((path) => new URLPattern(path, "https://slipway.example")),
);
const isPrefetched = (path: string): boolean =>
  patterns.some((pattern) => pattern.test(`https://slipway.example${path}`));

test("what a visitor reads next is prefetched", () => {
  for (const path of ["/", "/courses", "/courses/redis-beyond-caching", "/learn", "/sign-in"])
    expect(isPrefetched(path), path).toBe(true);
});

test("nothing is that reading it would change, nor what another site shows", () => {
  for (const path of [
    // A learner's place in the course follows the lesson that was opened last.
    "/courses/redis-beyond-caching/sessions",
    "/checkout/redis-beyond-caching",
    "/sign-out",
    "/reset-password?reset=1&token=1",
    "/unsubscribe?token=1",
    "/api/health",
  ])
    expect(isPrefetched(path), path).toBe(false);
  expect(patterns.some((pattern) => pattern.test("https://elsewhere.example/courses"))).toBe(false);
});
