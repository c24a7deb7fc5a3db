import { expect, test } from "vitest";
import { clientAddress } from "#http/client-address.ts";

function addressOf(headers: Record<string, string>): string {
  return clientAddress(new Request("https://shop.example", { headers }));
}

test("S58: only Cloudflare's header names the client", () => {
  expect(addressOf({ "cf-connecting-ip": "192.0.2.1", "x-forwarded-for": "203.0.113.9" })).toBe(
    "192.0.2.1",
  );
  expect(addressOf({ "x-forwarded-for": "203.0.113.9", "x-real-ip": "203.0.113.9" })).toBe(
    "unknown",
  );
});

test("IPv6 counts by /64", () => {
  const one = addressOf({ "cf-connecting-ip": "2001:db8:1:2:3:4:5:6" });
  expect(addressOf({ "cf-connecting-ip": "2001:db8:1:2:ffff::1" })).toBe(one);
  expect(addressOf({ "cf-connecting-ip": "2001:db8:1:3:3:4:5:6" })).not.toBe(one);
});

test("a shortened IPv6 address is the same /64 as the long one", () => {
  expect(addressOf({ "cf-connecting-ip": "2001:db8::1" })).toBe(
    addressOf({ "cf-connecting-ip": "2001:db8:0:0:9::1" }),
  );
});
