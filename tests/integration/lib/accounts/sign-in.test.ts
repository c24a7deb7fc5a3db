import { afterAll, beforeAll, expect, test } from "vitest";
import { hashPassword } from "#lib/accounts/passwords.ts";
import { findUserByEmail, upsertUser } from "#lib/accounts/queries.ts";
import { checkCredentials } from "#lib/accounts/sign-in.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";

let shop: TestShop;

beforeAll(async () => {
  shop = await openShop();
  await upsertUser(shop.services.database, {
    email: "kim@example.com",
    name: "Kim",
    passwordHash: await hashPassword("a long password"),
    role: "learner",
  });
});
afterAll(() => shop.stop());

test("S33: address and password together give the account, without its hash", async () => {
  const user = await checkCredentials(shop.services, {
    email: "kim@example.com",
    password: "a long password",
  });
  const known = ["email", "hasSecondFactor", "id", "name", "passwordChangedAt", "role"];
  expect(Object.keys(user).sort()).toEqual(known);
});

test("S17: a wrong password and an unknown address are refused in the same words", async () => {
  const attempt = (email: string, password: string) =>
    checkCredentials(shop.services, { email, password }).catch((error: unknown) => error as Error);
  const wrong = await attempt("kim@example.com", "a wrong password");
  const unknown = await attempt("nobody@example.com", "a long password");
  expect(wrong).toMatchObject({ code: "unauthorized" });
  expect(unknown).toMatchObject({ code: "unauthorized" });
  expect((wrong as Error).message).toBe((unknown as Error).message);
});

test("S19: a hash with weaker parameters is made anew by signing in", async () => {
  // scrypt with N = 2^4, over the same digest.
  const { scryptSync, createHash } = await import("node:crypto");
  const salt = Buffer.alloc(16, 7);
  const digest = createHash("sha512").update("a long password").digest();
  const hash = scryptSync(digest, salt, 32, { N: 16, r: 8, p: 1 });
  const encode = (bytes: Buffer) => bytes.toString("base64").replace(/=+$/, "");
  const weak = `$scrypt$ln=4,r=8,p=1$${encode(salt)}$${encode(hash)}`;
  await shop.sql("UPDATE users SET password_hash = $1 WHERE email = 'kim@example.com'", [weak]);
  const credentials = { email: "kim@example.com", password: "a long password" };
  await checkCredentials(shop.services, credentials);
  const user = await findUserByEmail(shop.services.database, "kim@example.com");
  expect(user?.passwordHash).toMatch(/^\$scrypt\$ln=15,/);
  await checkCredentials(shop.services, credentials);
});
