import { expect, test } from "vitest";
import { findTotpCounter, newRecoveryCodes, totpAddress, totpCode } from "#lib/accounts/totp.ts";

// RFC 6238, appendix B: the ASCII secret 12345678901234567890, the last six of its eight digits.
const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const RFC = [
  [59, "287082"],
  [1_111_111_109, "081804"],
  [1_111_111_111, "050471"],
  [1_234_567_890, "005924"],
  [2_000_000_000, "279037"],
] as const;

test.each(RFC)("S11 at second %i the code is that of RFC 6238", (seconds, code) => {
  const now = new Date(seconds * 1000);
  expect(totpCode(SECRET, now)).toBe(code);
  expect(findTotpCounter(SECRET, code, now)).toBe(Math.floor(seconds / 30));
});

test("S11 a code counts in its period and the ones beside it, and says which it was of", () => {
  const at = (seconds: number) => new Date(1_700_000_010_000 + seconds * 1000);
  const code = totpCode(SECRET, at(0));
  const counter = findTotpCounter(SECRET, code, at(0));
  for (const seconds of [-29, 0, 30])
    expect(findTotpCounter(SECRET, code, at(seconds))).toBe(counter);
  for (const seconds of [-61, 61, 3_600])
    expect(findTotpCounter(SECRET, code, at(seconds))).toBeNull();
});

test.each(["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "12 345"])("S11 %j is no code", (code) => {
  expect(findTotpCounter(SECRET, code, new Date())).toBeNull();
});

test("S11 the address that authenticators read names the shop and the account", () => {
  const address = new URL(totpAddress(SECRET, "kim@example.com"));
  expect(address.protocol).toBe("otpauth:");
  expect(decodeURIComponent(address.pathname)).toContain("Slipway:kim@example.com");
  expect(address.searchParams.get("secret")).toBe(SECRET);
});

test("S13 recovery codes are ten, long, and never the same", () => {
  const codes = Array.from({ length: 200 }, newRecoveryCodes).flat();
  expect(new Set(codes).size).toBe(2_000);
  for (const code of codes) expect(code).toMatch(/^([a-km-np-z2-9]{5}-){4}[a-km-np-z2-9]{5}$/);
});
