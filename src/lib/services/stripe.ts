import type Stripe from "stripe";
import { DependencyError } from "#lib/errors.ts";
import { createBreaker } from "./breaker.ts";

export type { Stripe };

/** Stripe's API, with the time-outs and retries of one place. */
export interface StripeService {
  /**
   * Calls Stripe: 5 seconds a try, one retry with the same idempotency key, and one more when
   * Stripe asks to wait for at most two seconds. Throws DependencyError
   * when Stripe gives no usable answer, StripeError when it refuses what was asked.
   */
  run<T>(call: (stripe: Stripe) => Promise<T>): Promise<T>;
  /** The same with a single try of 2.5 seconds: Stripe calls again when a webhook answers 500. */
  runOnce<T>(call: (stripe: Stripe) => Promise<T>): Promise<T>;
  /** When a call of this isolate last got no usable answer (milliseconds since 1970), or null when one has since; asks nobody. */
  lastOutageAt(): number | null;
  /** Checks the signature over the raw body and gives the event. Throws when no secret fits. */
  verifyEvent(body: string, signature: string, now: Date): Promise<Stripe.Event>;
}

interface StripeOptions {
  secretKey: string;
  /** Newest first; the former one stays until Stripe has stopped using it. */
  webhookSecrets: string[];
  /** The local Stripe, in development only. */
  apiBase?: string | undefined;
}

const TOLERANCE_SECONDS = 300;
/** How long a "too many requests" is waited out; with a longer wait the caller hears of it. */
const LONGEST_WAIT_SECONDS = 2;

/** Errors of Stripe's library that mean that there is no usable answer, by their `type`. */
const OUTAGES = new Set([
  "StripeConnectionError",
  "StripeAPIError",
  "StripeRateLimitError",
  "StripeAuthenticationError",
]);

const breaker = createBreaker("stripe", { isOutage });

export function openStripe(options: StripeOptions): StripeService {
  // Made when first used: a client costs a tenth of a millisecond, and most requests ask Stripe nothing.
  let client: Stripe | undefined;
  const patient = async (): Promise<Stripe> =>
    (client ??= await createClient(options, { timeout: 5_000, maxNetworkRetries: 1 }));
  const guarded = async <T>(ask: () => Promise<T>): Promise<T> => {
    try {
      return await breaker.run(ask);
    } catch (error) {
      if (isOutage(error)) throw new DependencyError("stripe", error);
      throw error;
    }
  };
  return {
    run: (call) => guarded(async () => waitOnce(await patient(), call)),
    runOnce: (call) =>
      guarded(async () =>
        call(await createClient(options, { timeout: 2_500, maxNetworkRetries: 0 })),
      ),
    lastOutageAt: () => breaker.lastOutageAt(),
    verifyEvent: async (body, signature, now) =>
      verifyEvent(await patient(), options.webhookSecrets, body, signature, now),
  };
}

// Stripe's library takes a 429 as final; Stripe says when to ask again, and often it is soon.
async function waitOnce<T>(client: Stripe, call: (stripe: Stripe) => Promise<T>): Promise<T> {
  try {
    return await call(client);
  } catch (error) {
    const { type, headers } = error as Partial<Stripe.errors.StripeError>;
    if (type !== "StripeRateLimitError") throw error;
    const seconds = Number(headers?.["retry-after"] ?? Number.NaN);
    if (!(seconds >= 0 && seconds <= LONGEST_WAIT_SECONDS)) throw error;
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    return call(client);
  }
}

// A quarter of what the Worker would read at a cold start otherwise, for the few requests that ask Stripe.
async function createClient(
  { secretKey, apiBase }: StripeOptions,
  limits: { timeout: number; maxNetworkRetries: number },
): Promise<Stripe> {
  const { default: Stripe } = await import("stripe");
  const base = apiBase ? new URL(apiBase) : null;
  return new Stripe(secretKey, {
    ...limits,
    telemetry: false,
    httpClient: Stripe.createFetchHttpClient(fetchDirectly),
    ...(base && {
      host: base.hostname,
      port: Number(base.port || (base.protocol === "https:" ? 443 : 80)),
      protocol: base.protocol === "https:" ? ("https" as const) : ("http" as const),
    }),
  });
}

// Stripe never redirects; who answers in its place may not send its key elsewhere. The library tells an error by its body
// alone: what another machine on the way says in JSON of its own would be taken for what was asked, and is emptied.
async function fetchDirectly(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, { ...init, redirect: "manual" });
  if (response.ok) return response;
  const body = await response.text();
  return new Response(isErrorOfStripe(body) ? body : null, response);
}

// https://docs.stripe.com/api/errors
function isErrorOfStripe(body: string): boolean {
  try {
    const { error } = JSON.parse(body) as { error?: unknown };
    return typeof error === "object" && error !== null;
  } catch {
    return false;
  }
}

async function verifyEvent(
  client: Stripe,
  secrets: string[],
  body: string,
  signature: string,
  now: Date,
): Promise<Stripe.Event> {
  // The library refuses what is too old and accepts what is signed for the future: check both ways.
  const signedAt = Number(/(?:^|,)t=(\d+)/.exec(signature)?.[1]);
  if (!(signedAt * 1000 - now.getTime() <= TOLERANCE_SECONDS * 1000))
    throw new Error("The signature's time is in the future.");
  let refusal: unknown = new Error("No webhook secret is configured.");
  for (const secret of secrets) {
    try {
      return await client.webhooks.constructEventAsync(
        body,
        signature,
        secret,
        TOLERANCE_SECONDS,
        undefined,
        now.getTime(),
      );
    } catch (error) {
      refusal = error;
    }
  }
  throw refusal;
}

function isOutage(error: unknown): boolean {
  return (
    error instanceof Error && OUTAGES.has((error as Partial<Stripe.errors.StripeError>).type ?? "")
  );
}
