import { expect, test } from "vitest";
import { problemOf } from "#http/problem.ts";
import { setRateLimitHeaders } from "#http/rate-limit-headers.ts";
import { RateLimitError, type LimitState } from "#lib/rate-limits.ts";

const limits: LimitState[] = [
  { name: "requests", remaining: 42, resetSeconds: 17 },
  { name: "contact", remaining: 0, resetSeconds: 600 },
];

test("the headers are those of draft 11: a policy, and what is left of it", () => {
  const headers = new Headers();
  setRateLimitHeaders(headers, limits);
  expect(headers.get("RateLimit-Policy")).toBe('"requests";q=100;w=60, "contact";q=5;w=600');
  expect(headers.get("RateLimit")).toBe('"requests";r=42;t=17, "contact";r=0;t=600');
});

test("what any cache may keep says nothing about one client", () => {
  const headers = new Headers({ "Cache-Control": "public, max-age=3600" });
  setRateLimitHeaders(headers, limits);
  expect(headers.get("RateLimit")).toBeNull();
});

test("S08: machines get problem+json that names the limits and when to come back", async () => {
  const response = problemOf(new RateLimitError(limits.slice(1)), "request-1");
  expect(response.status).toBe(429);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(response.headers.get("retry-after")).toBe("600");
  expect(await response.json()).toEqual({
    type: "https://iana.org/assignments/http-problem-types#quota-exceeded",
    title: "Too many requests",
    status: 429,
    detail: "Too many tries. Please wait 10 minutes.",
    requestId: "request-1",
    "violated-policies": ["contact"],
  });
});
