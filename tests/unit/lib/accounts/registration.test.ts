import { expect, test } from "vitest";
import {
  isRightCode,
  isRightToken,
  MAX_CODE_ATTEMPTS,
  registrationCode,
  registrationToken,
} from "#lib/accounts/registration.ts";

const KEY = "k".repeat(32);
const registration = {
  id: "11111111-1111-4111-8111-111111111111",
  nonce: "nonce",
  attempts: 0,
  createdAt: new Date("2026-11-01T12:00:00Z"),
};
const after = (seconds: number) => new Date(registration.createdAt.getTime() + seconds * 1000);
const code = registrationCode(KEY, registration);
const token = registrationToken(KEY, registration);

test("S13: a code is six digits and a token 256 bits", () => {
  expect(code).toMatch(/^\d{6}$/);
  expect(Buffer.from(token, "base64url")).toHaveLength(32);
});

test("S14: a code is right for ten minutes, a link for a day (ASVS V6.5.5)", () => {
  expect(isRightCode([KEY], registration, code, after(600))).toBe(true);
  expect(isRightCode([KEY], registration, code, after(601))).toBe(false);
  expect(isRightToken([KEY], registration, token, after(86_400))).toBe(true);
  expect(isRightToken([KEY], registration, token, after(86_401))).toBe(false);
});

test("S08 S13: after five guesses not even the right code helps", () => {
  const guessed = { ...registration, attempts: MAX_CODE_ATTEMPTS };
  expect(isRightCode([KEY], guessed, code, after(1))).toBe(false);
});

test("S13: proofs of another registration, another key or another purpose are wrong", () => {
  const other = { ...registration, id: "22222222-2222-4222-8222-222222222222" };
  expect(isRightToken([KEY], other, token, after(1))).toBe(false);
  expect(isRightToken([KEY], { ...registration, nonce: "o" }, token, after(1))).toBe(false);
  expect(isRightToken(["o".repeat(32)], registration, token, after(1))).toBe(false);
  expect(isRightToken([KEY], registration, code, after(1))).toBe(false);
});

test("while the key is rotated, what the former one made still counts", () => {
  expect(isRightCode(["n".repeat(32), KEY], registration, code, after(1))).toBe(true);
});
