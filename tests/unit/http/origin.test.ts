import { expect, test } from "vitest";
import { isFromOurPages } from "#http/origin.ts";

const OURS = "https://shop.example";

function isAllowed(headers: Record<string, string>, path = "/sign-in", method = "POST"): boolean {
  const url = new URL(path, OURS);
  return isFromOurPages(new Request(url, { method, headers }), url);
}

test("S51: a form of our own may post", () => {
  expect(isAllowed({ "sec-fetch-site": "same-origin", origin: OURS })).toBe(true);
  expect(isAllowed({ origin: OURS })).toBe(true);
});

test.each(["same-site", "cross-site", "none"])("a request marked %s may not", (site) => {
  expect(isAllowed({ "sec-fetch-site": site, origin: OURS })).toBe(false);
});

test.each([{}, { origin: "null" }, { origin: "https://evil.example" }])(
  "without the mark, only our own origin counts: %j",
  (headers) => {
    expect(isAllowed(headers)).toBe(false);
  },
);

test("S51: who proves itself otherwise needs no origin, and reading needs none", () => {
  expect(isAllowed({}, "/api/stripe/webhook")).toBe(true);
  expect(isAllowed({}, "/api/email/events")).toBe(true);
  expect(isAllowed({}, "/api/jobs/outbox")).toBe(true);
  expect(isAllowed({}, "/api/unsubscribe")).toBe(true);
  expect(isAllowed({}, "/courses", "GET")).toBe(true);
});

test("S51: a path that only begins like a webhook is not exempt", () => {
  expect(isAllowed({}, "/api/stripe/webhook-2")).toBe(false);
  expect(isAllowed({}, "/api/email/events/2")).toBe(false);
  expect(isAllowed({}, "/unsubscribe")).toBe(false);
});
