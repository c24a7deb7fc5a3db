import { z } from "zod";
import { parseRedisUrl } from "./redis-url.ts";

const secret = (what: string) => z.string().min(32, `${what} must have at least 32 characters`);
const url = z.url({ protocol: /^https?$/, message: "must be an http(s) address" });
const client = z
  .string()
  .regex(/^[\w.~-]+$/, "must be as the provider shows it")
  .optional();
const flag = z
  .enum(["true", "false"])
  .default("false")
  .transform((text) => text === "true");
// The base64 of a P-256 key's DER: a fixed beginning, then the point's 64 bytes.
const P256_PUBLIC_KEY = /^MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE[A-Za-z0-9+/]{86}==$/;
const whole = (min: number, max: number, fallback: number) =>
  z.coerce
    .number(`must be a whole number from ${min} to ${max}`)
    .int()
    .min(min)
    .max(max)
    .default(fallback);

/**
 * Every variable the shop reads, with what it is for (`.env.example` and the table in the docs are
 * made from the descriptions). Parsed once at start, so that a wrong set-up fails with one message.
 */
export const environmentSchema = z.object({
  APP_ENV: z
    .enum(["development", "staging", "production"])
    .describe("Which environment this is; fixed at build time by wrangler.toml"),
  SITE_URL: url
    .regex(/^\w+:\/\/[^/?#]+$/, "must end with the host: no path, and no slash")
    .describe("The shop's own address, without a slash at the end"),
  DATABASE_URL: z
    .string()
    .regex(
      /^postgres(ql)?:\/\/[^:@/]+:[^@/]+@[^/]+\/\w+/,
      "must be postgresql://user:password@host/database",
    )
    .describe("PostgreSQL as the role slipway_app (Neon: the pooled address, ?sslmode=require)"),
  NEON_BRIDGE_URL: url.optional().describe("The local stack's stand-in for Neon; development only"),
  UPSTASH_REDIS_REST_URL: url.describe("Redis over REST, as the Upstash console shows it"),
  UPSTASH_REDIS_REST_TOKEN: z.string().min(8).describe("The token that belongs to it"),
  JWT_SECRET: secret("JWT_SECRET").describe(
    "Keys the HMACs of mail codes and links, at least 32 random characters; sessions need no key",
  ),
  JWT_SECRET_PREVIOUS: secret("JWT_SECRET_PREVIOUS")
    .optional()
    .describe("The former JWT_SECRET while it is being rotated"),
  STRIPE_SECRET_KEY: z
    .string()
    .regex(/^(sk|rk)_(test|live)_\w+$/, "must begin with sk_test_, sk_live_, rk_test_ or rk_live_")
    .describe("Stripe's secret or restricted key; a test key everywhere but in production"),
  STRIPE_WEBHOOK_SECRET: z
    .string()
    .regex(/^whsec_\w+(,whsec_\w+)*$/, "must be one or more whsec_… separated by commas")
    .describe("Signing secrets of the webhook endpoint, the newest first"),
  STRIPE_AUTOMATIC_TAX: flag.describe(
    "true lets Stripe Tax work out the tax in each price, and asks businesses for their tax number",
  ),
  REFUND_WINDOW_DAYS: whole(0, 365, 30).describe("Days in which a buyer may return a course"),
  REFUND_MAX_COMPLETED_PERCENT: whole(0, 100, 50).describe(
    "The share of a course's lessons that may be completed before it can't be returned any more",
  ),
  STRIPE_API_BASE: url.optional().describe("The local Stripe; development only"),
  BREACHED_PASSWORDS_API_BASE: url
    .optional()
    .describe("The local list of breached passwords; development only"),
  EMAIL_HOST: z
    .string()
    .min(1)
    .describe("smtp.sendgrid.net sends through SendGrid's HTTP API, any other host by SMTP (465)"),
  EMAIL_API_BASE: url.optional().describe("The local mailbox; development only"),
  EMAIL_USER: z.string().optional().describe("SMTP user name; not needed for SendGrid"),
  EMAIL_PASSWORD: z.string().min(1).describe("SendGrid's API key, or the SMTP password"),
  EMAIL_FROM: z.string().regex(/@/, "must hold an address").describe("Sender of all mail"),
  CONTACT_EMAIL: z
    .email("must be an address")
    .describe(
      "A mailbox that somebody reads: for messages of the contact page and answers to our mail",
    ),
  EMAIL_WEBHOOK_PUBLIC_KEY: z
    .string()
    .regex(P256_PUBLIC_KEY, "must be the verification key that SendGrid shows for its webhook")
    .optional()
    .describe("SendGrid's key for its signed Event Webhook; without it bounces are not heard of"),
  GOOGLE_CLIENT_ID: client.describe(
    "Google's OAuth client: its id; without it nobody signs in by Google",
  ),
  GOOGLE_CLIENT_SECRET: client.describe("The secret that belongs to it"),
  GITHUB_CLIENT_ID: client.describe(
    "GitHub's OAuth app: its id; without it nobody signs in by GitHub",
  ),
  GITHUB_CLIENT_SECRET: client.describe("The secret that belongs to it"),
  SOCIAL_API_BASE: url.optional().describe("The local Google and GitHub; development only"),
  SENTRY_DSN: url.optional().describe("Where errors are reported; without it reporting is off"),
  JOBS_SECRET: secret("JOBS_SECRET").describe("Proves the companion Worker at /api/jobs/*"),
  OPERATOR_TOKEN: secret("OPERATOR_TOKEN").describe("Shows each check of /api/health to operators"),
});

export type Environment = z.infer<typeof environmentSchema>;

/** The variables can't be used; `message` lists every problem by name and never shows a value. */
export class EnvironmentError extends Error {
  override name = "EnvironmentError";
}

/**
 * Parses the platform's variables. UPSTASH_REDIS_REST_URL and _TOKEN may be given as one REDIS_URL.
 * Throws EnvironmentError with all problems at once.
 */
export function parseEnvironment(variables: Record<string, unknown>): Environment {
  const given = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== "" && value !== undefined),
  );
  const parsed = environmentSchema.safeParse({ ...parseRedisUrl(given.REDIS_URL), ...given });
  const problems = parsed.success
    ? findContradictions(parsed.data)
    : parsed.error.issues.map(({ path, code, message }) => {
        const name = path.join(".");
        return given[name] === undefined && code === "invalid_type"
          ? `${name} is missing`
          : `${name}: ${message}`;
      });
  if (!parsed.success || problems.length > 0)
    throw new EnvironmentError(`The environment is not usable:\n- ${problems.join("\n- ")}`);
  return parsed.data;
}

const DEVELOPMENT_ONLY = [
  "NEON_BRIDGE_URL",
  "STRIPE_API_BASE",
  "BREACHED_PASSWORDS_API_BASE",
  "EMAIL_API_BASE",
  "SOCIAL_API_BASE",
] as const;

const PAIRS = [
  ["GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"],
  ["GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET"],
] as const;

// What each variable alone can't tell: that they belong to the environment they are used in.
function findContradictions(environment: Environment): string[] {
  const problems: string[] = [];
  const isProduction = environment.APP_ENV === "production";
  const isLiveKey = /^.k_live_/.test(environment.STRIPE_SECRET_KEY);
  if (isProduction && !isLiveKey) problems.push("STRIPE_SECRET_KEY is a test key in production");
  if (!isProduction && isLiveKey)
    problems.push("STRIPE_SECRET_KEY is a live key outside production");
  for (const pair of PAIRS)
    if (pair.filter((name) => environment[name]).length === 1)
      problems.push(`${pair.join(" and ")} belong together: set both or neither`);
  if (environment.APP_ENV === "development") return problems;
  if (!/[?&]sslmode=(require|verify-full)/.test(environment.DATABASE_URL))
    problems.push("DATABASE_URL must ask for TLS: add ?sslmode=require");
  for (const name of ["SITE_URL", "UPSTASH_REDIS_REST_URL"] as const)
    if (!environment[name].startsWith("https://")) problems.push(`${name} must use https`);
  for (const name of DEVELOPMENT_ONLY)
    if (environment[name]) problems.push(`${name} is for development only`);
  return problems;
}
