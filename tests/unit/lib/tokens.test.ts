import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { emailChangeToken } from "#lib/accounts/email-change.ts";
import { resetToken } from "#lib/accounts/password-reset.ts";
import { registrationToken } from "#lib/accounts/registration.ts";
import { proof, randomToken } from "#lib/tokens.ts";

const COUNT = 10_000;
const SECRET = "a secret of thirty-two characters";
// Of 255 degrees of freedom; exceeded by chance once in 100 million runs, so that it means something.
const MOST_CHI_SQUARE = 400;

const about = () => ({
  id: randomUUID(),
  nonce: randomToken(),
  userId: randomUUID(),
  email: "kim@example.com",
  newEmail: "kim@new.example",
  passwordHash: "$scrypt$",
});

const MAKERS: [string, () => string][] = [
  ["session ids and nonces", randomToken],
  ["tokens of a sign-up", () => registrationToken(SECRET, about())],
  ["tokens of a reset", () => resetToken(SECRET, about())],
  ["tokens of a move to another address", () => emailChangeToken(SECRET, about())],
];

test.each(MAKERS)("S13 S20: %s are 256 bits, all different, with bytes like chance", (_, make) => {
  const tokens = Array.from({ length: COUNT }, make);
  expect(new Set(tokens).size).toBe(COUNT);
  const values = tokens.map((token) => Buffer.from(token, "base64url"));
  expect(values.filter(({ length }) => length !== 32)).toEqual([]);
  const counts = new Array<number>(256).fill(0);
  for (const byte of Buffer.concat(values)) counts[byte] = (counts[byte] ?? 0) + 1;
  const expected = (COUNT * 32) / 256;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  expect(chiSquare).toBeLessThan(MOST_CHI_SQUARE);
  const bits = COUNT * 256;
  const ones = counts.reduce((sum, count, byte) => sum + count * countOnes(byte), 0);
  // Six standard deviations.
  expect(Math.abs(ones - bits / 2)).toBeLessThan(6 * (Math.sqrt(bits) / 2));
});

test("S13: a proof is bound to its purpose and to each part by itself", () => {
  const one = proof(SECRET, "sign-up", "ab", "c").toString("hex");
  for (const [purpose, ...parts] of [
    ["reset", "ab", "c"],
    ["sign-up", "a", "bc"],
    ["sign-up", "ab", "c", ""],
    ["sign-up", "abc"],
    ["sign-upab", "c"],
    ["sign-up", 'ab","c'],
  ])
    expect(proof(SECRET, purpose ?? "", ...parts).toString("hex")).not.toBe(one);
  expect(proof("another secret of 32 characters!", "sign-up", "ab", "c").toString("hex")).not.toBe(
    one,
  );
});

test("S13: a token is bound to all it is about: any other value gives another", () => {
  const one = about();
  const token = resetToken(SECRET, one);
  for (const name of ["id", "nonce", "userId", "email", "passwordHash"] as const)
    expect(resetToken(SECRET, { ...one, [name]: "other" }), name).not.toBe(token);
  const move = emailChangeToken(SECRET, one);
  for (const name of ["id", "nonce", "userId", "email", "newEmail", "passwordHash"] as const)
    expect(emailChangeToken(SECRET, { ...one, [name]: "other" }), name).not.toBe(move);
});

function countOnes(byte: number): number {
  return byte.toString(2).replaceAll("0", "").length;
}
