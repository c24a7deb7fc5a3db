import { createHash, randomBytes } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { createFaults } from "#local/faults.ts";
import { createOpenid, OPENID_CLIENT_ID } from "#local/openid.ts";
import { OPENID_PEOPLE } from "#local/openid-people.ts";
import { serve } from "./service-fixture.ts";

const SITE = "http://localhost:4321";
const SECRET = "the secret of the shop";
const verifier = randomBytes(32).toString("base64url");
let url: string;

beforeEach(async () => {
  const openid = createOpenid({
    ...{ faults: createFaults(), siteUrl: SITE, clientSecret: SECRET },
    baseUrl: "http://localhost/openid",
  });
  url = `${await serve(openid)}/openid`;
});

function authorize(change: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    client_id: OPENID_CLIENT_ID,
    response_type: "code",
    redirect_uri: `${SITE}/sign-in/with/google/callback`,
    state: "a-state",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    ...change,
  });
  return `${url}/google/authorize?${query.toString()}`;
}

async function agree(): Promise<URL> {
  const body = new URLSearchParams({ person: OPENID_PEOPLE[0]?.subject ?? "" });
  const response = await fetch(authorize(), { method: "POST", body, redirect: "manual" });
  return new URL(response.headers.get("location") ?? "");
}

async function redeem(code: string, change: Record<string, string> = {}): Promise<number> {
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    client_id: OPENID_CLIENT_ID,
    client_secret: SECRET,
    redirect_uri: `${SITE}/sign-in/with/google/callback`,
    code,
    code_verifier: verifier,
    ...change,
  });
  return (await fetch(`${url}/google/token`, { method: "POST", body })).status;
}

test("its page offers its people, one of them with an address that is not confirmed", async () => {
  const html = await (await fetch(authorize())).text();
  for (const { name, email } of OPENID_PEOPLE) {
    expect(html).toContain(name);
    expect(html).toContain(email);
  }
  expect(OPENID_PEOPLE.map(({ isVerified }) => isVerified)).toContain(false);
});

test("a code leads back to the shop alone, with the state, and counts once", async () => {
  const back = await agree();
  expect(back.origin + back.pathname).toBe(`${SITE}/sign-in/with/google/callback`);
  expect(back.searchParams.get("state")).toBe("a-state");
  const code = back.searchParams.get("code") ?? "";
  expect(await redeem(code)).toBe(200);
  expect(await redeem(code)).toBe(400);
  for (const change of [
    { redirect_uri: "http://localhost:9/sign-in/with/google/callback" },
    { client_id: "another" },
    { code_challenge_method: "plain" },
  ])
    expect((await fetch(authorize(change))).status).toBe(400);
});

test("a code is for who has the secret and the verifier", async () => {
  const code = async () => (await agree()).searchParams.get("code") ?? "";
  expect(await redeem(await code(), { client_secret: "another" })).toBe(401);
  expect(await redeem(await code(), { code_verifier: "another" })).toBe(400);
});

test("its discovery document names the addresses that answer", async () => {
  const response = await fetch(`${url}/google/.well-known/openid-configuration`);
  const { jwks_uri, issuer } = (await response.json()) as Record<string, string>;
  expect(issuer).toBe("http://localhost/openid/google");
  const keys = await fetch((jwks_uri ?? "").replace("http://localhost/openid", url));
  expect(await keys.json()).toMatchObject({ keys: [{ kty: "RSA", alg: "RS256" }] });
  expect((await fetch(`${url}/google/userinfo`)).status).toBe(401);
});
