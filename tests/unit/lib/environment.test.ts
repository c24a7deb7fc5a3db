import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { EnvironmentError, parseEnvironment } from "#lib/environment.ts";
import { renderEnvExample } from "../../../scripts/env-example.ts";

const LONG = "x".repeat(40);
const development = {
  APP_ENV: "development",
  SITE_URL: "http://localhost:4321",
  DATABASE_URL: "postgresql://app:secret-word@localhost:5432/slipway",
  UPSTASH_REDIS_REST_URL: "http://localhost:4390/redis",
  UPSTASH_REDIS_REST_TOKEN: "token-token",
  JWT_SECRET: LONG,
  STRIPE_SECRET_KEY: "sk_test_123",
  STRIPE_WEBHOOK_SECRET: "whsec_new,whsec_old",
  EMAIL_HOST: "smtp.sendgrid.net",
  EMAIL_PASSWORD: "key",
  EMAIL_FROM: "shop@example.com",
  CONTACT_EMAIL: "shop@example.com",
  JOBS_SECRET: LONG,
  OPERATOR_TOKEN: LONG,
};
const production = {
  ...development,
  APP_ENV: "production",
  SITE_URL: "https://shop.example",
  DATABASE_URL: "postgresql://app:secret-word@db.example/slipway?sslmode=require",
  UPSTASH_REDIS_REST_URL: "https://redis.example",
  STRIPE_SECRET_KEY: "sk_live_123",
};

function problemsOf(variables: Record<string, unknown>): string {
  try {
    parseEnvironment(variables);
  } catch (error) {
    expect(error).toBeInstanceOf(EnvironmentError);
    return (error as Error).message;
  }
  throw new Error("was accepted");
}

test("a complete set of variables is accepted, in development and in production", () => {
  expect(parseEnvironment(development).APP_ENV).toBe("development");
  expect(parseEnvironment(production).APP_ENV).toBe("production");
});

test("S10: every missing and malformed name is listed at once, and no value is shown", () => {
  const message = problemsOf({
    ...development,
    JWT_SECRET: "short-secret",
    DATABASE_URL: "postgresql://secret-word",
    EMAIL_FROM: undefined,
    OPERATOR_TOKEN: "",
  });
  for (const name of [
    "JWT_SECRET",
    "DATABASE_URL",
    "EMAIL_FROM is missing",
    "OPERATOR_TOKEN is missing",
  ])
    expect(message).toContain(name);
  expect(message).not.toContain("secret-word");
  expect(message).not.toContain("short-secret");
});

test("S10: no secret has a value of its own, and the example has none at all", () => {
  const example = [...readFileSync(".env.example", "utf8").matchAll(/^(?:# )?([A-Z_]+)=(.*)$/gm)];
  const given = Object.fromEntries(example.map(([, name = "", value = ""]) => [name, value]));
  expect(Object.values(given).join("")).toBe("");
  const message = problemsOf({ ...given, APP_ENV: "production" });
  for (const name of Object.keys(production))
    if (name !== "APP_ENV") expect(message).toContain(`${name} is missing`);
});

test.each(["JWT_SECRET", "JOBS_SECRET", "OPERATOR_TOKEN", "STRIPE_SECRET_KEY", "DATABASE_URL"])(
  "S10: a placeholder is no %s",
  (name) => {
    for (const placeholder of ["changeme", "your-secret-here", "<secret>", "xxx"])
      expect(problemsOf({ ...production, [name]: placeholder })).toContain(name);
  },
);

test.each([
  ["a test key in production", { STRIPE_SECRET_KEY: "sk_test_1" }, "test key in production"],
  ["no TLS to the database", { DATABASE_URL: development.DATABASE_URL }, "sslmode=require"],
  ["Redis without TLS", { UPSTASH_REDIS_REST_URL: "http://redis.example" }, "must use https"],
  ["the local Stripe", { STRIPE_API_BASE: "http://localhost:4391" }, "development only"],
  ["the local database bridge", { NEON_BRIDGE_URL: "http://localhost:4390" }, "development only"],
  [
    "the local list of breached passwords",
    { BREACHED_PASSWORDS_API_BASE: "http://localhost:4390" },
    "development only",
  ],
  ["the local mailbox", { EMAIL_API_BASE: "http://localhost:4390" }, "development only"],
])("production refuses %s", (_, change, problem) => {
  expect(problemsOf({ ...production, ...change })).toContain(problem);
});

test.each(["https://shop.example/", "https://shop.example/shop", "https://shop.example?a=1"])(
  "%s is not the shop's own address: paths are put behind it",
  (SITE_URL) => expect(problemsOf({ ...production, SITE_URL })).toContain("SITE_URL"),
);

test("a live key is refused everywhere but in production", () => {
  expect(problemsOf({ ...development, STRIPE_SECRET_KEY: "rk_live_1" })).toContain("live key");
});

test("Redis may be given as one rediss:// address", () => {
  const variables = { ...production, UPSTASH_REDIS_REST_URL: "", UPSTASH_REDIS_REST_TOKEN: "" };
  const environment = parseEnvironment({
    ...variables,
    REDIS_URL: "rediss://default:to%2Fken-1@eu1.upstash.example:6379",
  });
  expect(environment.UPSTASH_REDIS_REST_URL).toBe("https://eu1.upstash.example");
  expect(environment.UPSTASH_REDIS_REST_TOKEN).toBe("to/ken-1");
});

test(".env.example is what the schema makes", () => {
  expect(readFileSync(".env.example", "utf8")).toBe(renderEnvExample());
});

test("a webhook key of the mail provider is one whole P-256 key, or none", () => {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = publicKey.export({ format: "der", type: "spki" }).toString("base64");
  const accept = (EMAIL_WEBHOOK_PUBLIC_KEY: string) =>
    parseEnvironment({ ...development, EMAIL_WEBHOOK_PUBLIC_KEY }).EMAIL_WEBHOOK_PUBLIC_KEY;
  expect(accept(key)).toBe(key);
  expect(accept("")).toBeUndefined();
  for (const wrong of [key.slice(0, -8), `${key}\n`, `-----BEGIN PUBLIC KEY-----${key}`])
    expect(problemsOf({ ...development, EMAIL_WEBHOOK_PUBLIC_KEY: wrong })).toContain(
      "EMAIL_WEBHOOK_PUBLIC_KEY",
    );
});

test("a provider to sign in with has both of its variables, or none", () => {
  const both = { GOOGLE_CLIENT_ID: "an-id", GOOGLE_CLIENT_SECRET: "a-secret" };
  expect(parseEnvironment({ ...production, ...both })).toMatchObject(both);
  for (const half of ["GOOGLE_CLIENT_ID", "GITHUB_CLIENT_SECRET"])
    expect(problemsOf({ ...production, [half]: "secret-word" })).toContain("belong together");
  const local = { ...production, SOCIAL_API_BASE: "http://localhost:4390/openid" };
  expect(problemsOf(local)).toContain("SOCIAL_API_BASE is for development only");
});
