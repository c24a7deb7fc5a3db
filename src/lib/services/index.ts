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

/** The clients for one request. Each is made when it is first asked for, and connects when it is used. */
export function openServices(environment: Environment, meter: CallMeter = {}): Services {
  let database: Database | undefined;
  let redis: RedisService | undefined;
  let stripe: StripeService | undefined;
  let email: EmailService | undefined;
  let breaches: BreachedPasswords | undefined;
  return {
    environment,
    get database() {
      return (database ??= openDatabase({
        url: environment.DATABASE_URL,
        bridgeUrl: environment.NEON_BRIDGE_URL,
        onQuery: meter.onQuery,
      }));
    },
    get redis() {
      return (redis ??= openRedis({
        url: environment.UPSTASH_REDIS_REST_URL,
        token: environment.UPSTASH_REDIS_REST_TOKEN,
        onCommand: meter.onCommand,
      }));
    },
    get stripe() {
      return (stripe ??= openStripe({
        secretKey: environment.STRIPE_SECRET_KEY,
        webhookSecrets: environment.STRIPE_WEBHOOK_SECRET.split(","),
        apiBase: environment.STRIPE_API_BASE,
      }));
    },
    get email() {
      return (email ??= openEmail(environment));
    },
    get breaches() {
      return (breaches ??= openBreachedPasswords(environment.BREACHED_PASSWORDS_API_BASE));
    },
  };
}
