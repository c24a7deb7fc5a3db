import { expect, test } from "vitest";
import { hashPassword, needsRehash, verifyPassword } from "#lib/accounts/passwords.ts";

test("the hash names its parameters, at or above ASVS 5.0 Appendix C", async () => {
  expect(await hashPassword("a long password")).toMatch(
    /^\$scrypt\$ln=15,r=8,p=3\$[\w+/]{22}\$[\w+/]{43}$/,
  );
});

test("the same password twice gives two hashes, and both are right", async () => {
  const [one, two] = await Promise.all([hashPassword("pässwörd 🔑"), hashPassword("pässwörd 🔑")]);
  expect(one).not.toBe(two);
  expect(await verifyPassword("pässwörd 🔑", one)).toBe(true);
  expect(await verifyPassword("pässwörd 🔑", two)).toBe(true);
});

test.each([" secret words", "secret words ", "Secret words", "secret word", "secret words\0", ""])(
  "nothing but the exact password is right: %j",
  async (guess) => {
    expect(await verifyPassword(guess, await hashPassword("secret words"))).toBe(false);
  },
);

test("without an account nothing is right", async () => {
  expect(await verifyPassword("", null)).toBe(false);
});

test("a hash with other parameters is still checked, and made anew", async () => {
  const weak =
    "$scrypt$ln=4,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$Zmz+pJyElqpwlXv1BhhvPrXlSFCZlZYoFWhnMUbLwFg";
  expect(needsRehash(weak)).toBe(true);
  expect(needsRehash(await hashPassword("a long password"))).toBe(false);
});
