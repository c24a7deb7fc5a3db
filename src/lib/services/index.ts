import type { Environment } from "#lib/environment.ts";
import { openBreachedPasswords, type BreachedPasswords } from "./breached-passwords.ts";
import { openDatabase, type Database } from "./database.ts";
import { openEmail, type EmailService } from "./email.ts";
import { openRedis, type RedisService } from "./redis.ts";
import { openStripe, type StripeService } from "./stripe.ts";

/** Everything outside the process that the shop talks to, and the settings it was opened with. */
export interface Services {
  environment: Environment;
  database: Database;
  redis: RedisService;
  stripe: StripeService;
  email: EmailService;
  breaches: BreachedPasswords;
}

/** What one request asked of its dependencies. */
export interface CallMeter {
  onQuery?: (durationMs: number) => void;
  onCommand?: (durationMs: number) => void;
}

/** Opens the clients for one request; nothing connects before it is used. */
export function openServices(environment: Environment, meter: CallMeter = {}): Services {
  return {
    environment,
    database: openDatabase({
      url: environment.DATABASE_URL,
      bridgeUrl: environment.NEON_BRIDGE_URL,
      onQuery: meter.onQuery,
    }),
    redis: openRedis({
      url: environment.UPSTASH_REDIS_REST_URL,
      token: environment.UPSTASH_REDIS_REST_TOKEN,
      onCommand: meter.onCommand,
    }),
    stripe: openStripe({
      secretKey: environment.STRIPE_SECRET_KEY,
      webhookSecrets: environment.STRIPE_WEBHOOK_SECRET.split(","),
      apiBase: environment.STRIPE_API_BASE,
    }),
    email: openEmail(environment),
    breaches: openBreachedPasswords(environment.BREACHED_PASSWORDS_API_BASE),
  };
}
