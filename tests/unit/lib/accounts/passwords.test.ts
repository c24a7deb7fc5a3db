import { createHash, scryptSync } from "node:crypto";
import { expect, test } from "vitest";
import { hashPassword, needsRehash, verifyPassword } from "#lib/accounts/passwords.ts";

test("S18: the hash names its parameters, at or above ASVS 5.0 Appendix C", async () => {
  expect(await hashPassword("a long password")).toMatch(
    /^\$scrypt\$ln=15,r=8,p=3\$[\w+/]{22}\$[\w+/]{43}$/,
  );
});

test("S18: it is scrypt with those parameters, as others compute it", async () => {
  const [, , parameters, salt = "", hash = ""] = (await hashPassword("a long password")).split("$");
  expect(parameters).toBe("ln=15,r=8,p=3");
  expect(Buffer.from(salt, "base64")).toHaveLength(16);
  // SHA-512 first, so that zero bytes at the end count.
  const digest = createHash("sha512").update("a long password").digest();
  const cost = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 };
  const expected = scryptSync(digest, Buffer.from(salt, "base64"), 32, cost);
  expect(Buffer.from(hash, "base64")).toEqual(expected);
});

test("S18: the same password twice gives two hashes, and both are right", async () => {
  const [one, two] = await Promise.all([hashPassword("pässwörd 🔑"), hashPassword("pässwörd 🔑")]);
  expect(one).not.toBe(two);
  expect(await verifyPassword("pässwörd 🔑", one)).toBe(true);
  expect(await verifyPassword("pässwörd 🔑", two)).toBe(true);
});

const secret = hashPassword("secret words");

test.each([" secret words", "secret words ", "Secret words", "secret word", "secret words\0", ""])(
  "S02: nothing but the exact password is right: %j",
  async (guess) => {
    expect(await verifyPassword(guess, await secret)).toBe(false);
  },
);

test("S17: without an account nothing is right", async () => {
  expect(await verifyPassword("", null)).toBe(false);
});

test("S19: a hash with other parameters is still checked, and made anew", async () => {
  const weak =
    "$scrypt$ln=4,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$Zmz+pJyElqpwlXv1BhhvPrXlSFCZlZYoFWhnMUbLwFg";
  expect(needsRehash(weak)).toBe(true);
  expect(needsRehash(await hashPassword("a long password"))).toBe(false);
});
