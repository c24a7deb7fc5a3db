import type Stripe from "stripe";
import { DependencyError } from "#lib/errors.ts";
import { createBreaker } from "./breaker.ts";
import { createRetryBudget } from "./retry-budget.ts";

export type { Stripe };

/** Stripe's API, with the time-outs and retries of one place. */
export interface StripeService {
  /**
   * Calls Stripe: 5 seconds a try and 11 in all for each request. One is sent once more, with the same idempotency key, when
   * there was no answer or Stripe asks for it within two seconds, as far as the retry budget goes. Throws
   * DependencyError when Stripe gives no usable answer, StripeError when it refuses what was asked.
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
const TOTAL_MS = 11_000;
const TRY_MS = 5_000;
/** What is waited before the second try, and how long Stripe may ask for; with a longer wait the caller hears of it. */
const WAIT_MS = 500;
const LONGEST_WAIT_MS = 2_000;

/** Errors of Stripe's library that mean that there is no usable answer, by their `type`. */
const OUTAGES = new Set([
  "StripeConnectionError",
  "StripeAPIError",
  "StripeRateLimitError",
  "StripeAuthenticationError",
]);

const breaker = createBreaker("stripe", { isOutage });
const retries = createRetryBudget();

export function openStripe(options: StripeOptions): StripeService {
  // Made when first used: a client costs a tenth of a millisecond, and most requests ask Stripe nothing.
  let client: Stripe | undefined;
  const patient = async (): Promise<Stripe> =>
    (client ??= await createClient(options, TOTAL_MS, fetchTwice));
  const guarded = async <T>(ask: () => Promise<T>): Promise<T> => {
    try {
      return await breaker.run(ask);
    } catch (error) {
      if (isOutage(error)) throw new DependencyError("stripe", error);
      throw error;
    }
  };
  return {
    run: (call) => guarded(async () => call(await patient())),
    runOnce: (call) => guarded(async () => call(await createClient(options, 2_500, fetchDirectly))),
    lastOutageAt: () => breaker.lastOutageAt(),
    verifyEvent: async (body, signature, now) =>
      verifyEvent(await patient(), options.webhookSecrets, body, signature, now),
  };
}

// A quarter of what the Worker would read at a cold start otherwise, for the few requests that ask Stripe.
async function createClient(
  { secretKey, apiBase }: StripeOptions,
  timeout: number,
  fetchAnswer: typeof fetch,
): Promise<Stripe> {
  const { default: Stripe } = await import("stripe");
  const base = apiBase ? new URL(apiBase) : null;
  return new Stripe(secretKey, {
    timeout,
    // The library's own would know of no budget.
    maxNetworkRetries: 0,
    telemetry: false,
    httpClient: Stripe.createFetchHttpClient(fetchAnswer),
    ...(base && {
      host: base.hostname,
      port: Number(base.port || (base.protocol === "https:" ? 443 : 80)),
      protocol: base.protocol === "https:" ? ("https" as const) : ("http" as const),
    }),
  });
}

// The very same request twice, and so one idempotency key, also where the caller gave none and the library made one up.
async function fetchTwice(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  retries.earn();
  const ask = (): Promise<Response> => {
    const signals = [AbortSignal.timeout(TRY_MS), ...(init?.signal ? [init.signal] : [])];
    return fetchDirectly(input, { ...init, signal: AbortSignal.any(signals) });
  };
  const first = ask();
  const noAnswer = () => (init?.signal?.aborted ? null : WAIT_MS);
  const waitMs = await first.then(waitBeforeRetry, noAnswer);
  if (waitMs === null || !retries.spend()) return first;
  await new Promise((resolve) => setTimeout(resolve, waitMs));
  return ask();
}

/** How long to wait before asking again, or null when the answer stands. */
function waitBeforeRetry({ status, headers }: Response): number | null {
  // https://docs.stripe.com/error-low-level: Stripe knows better than the status.
  const advice = headers.get("stripe-should-retry");
  const seconds = headers.get("retry-after");
  const isTemporary = status === 409 || status >= 500 || (status === 429 && seconds !== null);
  const waitMs = seconds === null ? WAIT_MS : Number(seconds) * 1000;
  const isWorthIt = advice === null ? isTemporary : advice === "true";
  return isWorthIt && waitMs <= LONGEST_WAIT_MS ? waitMs : null;
}

// Stripe never redirects; who answers in its place may not send its key elsewhere. The library tells an error by its body
// alone: what another machine on the way says in JSON of its own would be taken for what was asked, and is emptied. The
// answer is read here to its end, so that one that breaks off is asked for again.
async function fetchDirectly(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, { ...init, redirect: "manual" });
  const body = await response.text();
  return new Response(response.ok || isErrorOfStripe(body) ? body : null, response);
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
