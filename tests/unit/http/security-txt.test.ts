import { expect, test } from "vitest";
import { securityTxt } from "#http/security-txt.ts";

const now = new Date("2026-11-23T18:30:00Z");

test("the file has what RFC 9116 asks for, once each", () => {
  const fields = securityTxt("https://shop.example", now)
    .trimEnd()
    .split("\n")
    .map((line) => line.split(": "));
  expect(Object.fromEntries(fields)).toEqual({
    Contact: "https://shop.example/contact",
    Expires: "2027-05-22T00:00:00.000Z",
    "Preferred-Languages": "en",
    Canonical: "https://shop.example/.well-known/security.txt",
  });
  expect(fields).toHaveLength(4);
});

test("it runs out in the future, and in less than a year", () => {
  const [, expires = ""] = /^Expires: (.+)$/m.exec(securityTxt("https://shop.example", now)) ?? [];
  const days = (Date.parse(expires) - now.getTime()) / 86_400_000;
  expect(days).toBeGreaterThan(30);
  expect(days).toBeLessThan(365);
});
