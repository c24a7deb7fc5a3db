import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { parseEnvironment } from "#lib/environment.ts";
import { listProviders, providerOrigins } from "#lib/services/social-providers.ts";
import { socialAddress } from "#lib/services/social.ts";
import type { OpenidLies } from "#local/openid-tokens.ts";
import { agreeElsewhere, comeBack } from "../accounts/social-account.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";

let shop: TestShop;

beforeAll(async () => {
  shop = await openShop();
});
afterEach(() => {
  shop.faults.clear();
  for (const name of Object.keys(shop.lies)) Reflect.deleteProperty(shop.lies, name);
});
afterAll(() => shop.stop());

const seconds = () => Math.floor(Date.now() / 1000);
const LIES: Record<string, () => OpenidLies> = {
  "another nonce": () => ({ claims: { nonce: "another" } }),
  "no nonce": () => ({ claims: { nonce: undefined } }),
  "another audience": () => ({ claims: { aud: "another-shop" } }),
  "another issuer": () => ({ claims: { iss: "https://accounts.google.com.example" } }),
  "an end in the past": () => ({ claims: { exp: seconds() - 600, iat: seconds() - 900 } }),
  "no end": () => ({ claims: { exp: undefined } }),
  "no subject": () => ({ claims: { sub: undefined } }),
  "an empty subject": () => ({ claims: { sub: "" } }),
  "no signature (alg none)": () => ({ signature: "none" }),
  "a signature of another key": () => ({ signature: "other key" }),
  "a signature by the public key as a secret (HS256)": () => ({ signature: "hmac" }),
};

for (const [what, lies] of Object.entries(LIES))
  test(`S12 an ID token with ${what} is refused`, async () => {
    const back = await agreeElsewhere(shop);
    Object.assign(shop.lies, lies());
    await expect(comeBack(shop, back)).rejects.toMatchObject({ trouble: "refused" });
  });

test("an ID token without lies is taken", async () => {
  expect(await comeBack(shop, await agreeElsewhere(shop))).toMatchObject({ kind: "unknown" });
});

test("S12 a code that was not given to this flow is refused (PKCE)", async () => {
  for (const provider of ["google", "github"] as const) {
    const mine = await agreeElsewhere(shop, {}, { provider });
    const theirs = await agreeElsewhere(shop, {}, { provider });
    mine.answer.set("code", theirs.answer.get("code") ?? "");
    await expect(comeBack(shop, mine)).rejects.toMatchObject({ trouble: "refused" });
  }
});

test("who cancels there is told so", async () => {
  const back = await agreeElsewhere(shop);
  const answer = new URLSearchParams({
    state: back.answer.get("state") ?? "",
    error: "access_denied",
  });
  await expect(comeBack(shop, { ...back, answer })).rejects.toMatchObject({ trouble: "cancelled" });
});

test("S40 a redirect of the provider is not followed", async () => {
  let calls = 0;
  const elsewhere = createServer((_request, response) => {
    calls += 1;
    response.end("{}");
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => elsewhere.once("listening", resolve));
  const back = await agreeElsewhere(shop);
  shop.lies.redirectTo = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/latest`;
  await expect(comeBack(shop, back)).rejects.toMatchObject({ dependency: "google" });
  expect(calls).toBe(0);
  elsewhere.close();
});

test("a provider that is silent, cut off or ill is an outage, said within six seconds", async () => {
  for (const provider of ["google", "github"] as const) {
    const backs = [];
    for (let index = 0; index < 3; index++)
      backs.push(await agreeElsewhere(shop, {}, { provider }));
    for (const fault of ["hang", "cut", "refuse"] as const) {
      const back = backs.pop();
      if (!back) throw new Error("Nobody comes back.");
      shop.faults.set("social", fault);
      const startedAt = Date.now();
      await expect(comeBack(shop, back), fault).rejects.toMatchObject({ dependency: provider });
      expect(Date.now() - startedAt).toBeLessThan(6_000);
    }
    shop.faults.clear();
  }
});

test("wrong credentials of the shop are a refusal, and no way in", async () => {
  const back = await agreeElsewhere(shop);
  shop.faults.set("social", "credentials");
  await expect(comeBack(shop, back)).rejects.toMatchObject({ trouble: "refused" });
});

test("the real providers are asked at their own addresses, and none until it is configured", async () => {
  const { GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET, SOCIAL_API_BASE, ...rest } = shop.variables;
  const google = parseEnvironment({ ...rest, GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET });
  expect(SOCIAL_API_BASE).toContain("localhost");
  expect(listProviders(google).map(({ name }) => name)).toEqual(["Google", "GitHub"]);
  expect(providerOrigins(google)).toEqual(["https://accounts.google.com", "https://github.com"]);
  const proof = { state: "a-state", nonce: "a-nonce", verifier: "v".repeat(43) };
  const address = new URL(await socialAddress(google, "google", proof));
  expect(address.origin + address.pathname).toBe("https://accounts.google.com/o/oauth2/v2/auth");
  expect(Object.fromEntries(address.searchParams)).toMatchObject({
    code_challenge_method: "S256",
    nonce: "a-nonce",
    redirect_uri: `${google.SITE_URL}/sign-in/with/google/callback`,
    scope: "openid email profile",
    state: "a-state",
  });
  expect(address.search, "the proof itself stays here").not.toContain(proof.verifier);
  const { GITHUB_CLIENT_ID, GITHUB_CLIENT_SECRET, ...none } = rest;
  expect([GITHUB_CLIENT_ID, GITHUB_CLIENT_SECRET]).not.toContain(undefined);
  const off = parseEnvironment(none);
  expect(listProviders(off)).toEqual([]);
  await expect(socialAddress(off, "google", proof)).rejects.toMatchObject({ code: "not-found" });
});
