import type { DatabaseUrls } from "./database.ts";
import { OPENID_CLIENT_ID } from "./openid.ts";
import { publicHalf, type Secrets } from "./secrets.ts";

/** Where the parts of the stack answer, as addresses for people and for the shop. */
export interface StackUrls {
  /** The shop (which the stack itself does not serve). */
  site: string;
  /** The stack's page with the list of everything. */
  stack: string;
  mail: string;
  errors: string;
  faults: string;
  stripe: string;
  database: DatabaseUrls;
}

/** The variables that make the shop and its scripts use this stack. */
export function stackVariables(urls: StackUrls, secrets: Secrets): Record<string, string> {
  return {
    APP_ENV: "development",
    SITE_URL: urls.site,
    DATABASE_URL: urls.database.app,
    DATABASE_DIRECT_URL: urls.database.owner,
    NEON_BRIDGE_URL: urls.stack,
    UPSTASH_REDIS_REST_URL: `${urls.stack}/redis`,
    UPSTASH_REDIS_REST_TOKEN: secrets.upstashToken,
    JWT_SECRET: secrets.jwtSecret,
    STRIPE_SECRET_KEY: secrets.stripeSecretKey,
    STRIPE_WEBHOOK_SECRET: secrets.stripeWebhookSecret,
    STRIPE_API_BASE: urls.stripe,
    BREACHED_PASSWORDS_API_BASE: `${urls.stack}/breached-passwords`,
    EMAIL_HOST: "smtp.sendgrid.net",
    EMAIL_API_BASE: urls.stack,
    EMAIL_PASSWORD: secrets.emailPassword,
    EMAIL_FROM: "Slipway <noreply@slipway.example>",
    CONTACT_EMAIL: "hello@slipway.example",
    EMAIL_WEBHOOK_PUBLIC_KEY: publicHalf(secrets.emailWebhookPrivateKey),
    GOOGLE_CLIENT_ID: OPENID_CLIENT_ID,
    GOOGLE_CLIENT_SECRET: secrets.socialClientSecret,
    GITHUB_CLIENT_ID: OPENID_CLIENT_ID,
    GITHUB_CLIENT_SECRET: secrets.socialClientSecret,
    SOCIAL_API_BASE: `${urls.stack}/openid`,
    SENTRY_DSN: urls.stack.replace("://", "://public@") + "/1",
    JOBS_SECRET: secrets.jobsSecret,
    OPERATOR_TOKEN: secrets.operatorToken,
  };
}
