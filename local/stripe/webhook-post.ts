import { createHmac } from "node:crypto";
import type Stripe from "stripe";

const TIMEOUT_MS = 10_000;

/** The `Stripe-Signature` of a body at a time in Unix seconds, with one `v1` for each secret. */
export function signatureHeader(body: string, secrets: string[], time: number): string {
  const signatures = secrets.map(
    (secret) => `v1=${createHmac("sha256", secret).update(`${time}.${body}`).digest("hex")}`,
  );
  return [`t=${time}`, ...signatures].join(",");
}

/** Sends a signed event; gives what was answered, or why nothing was. */
export async function postEvent(
  { url, secrets }: { url: string; secrets: string[] },
  event: Stripe.Event,
  closing: AbortSignal,
): Promise<{ status: number | null; error: string | null }> {
  const body = JSON.stringify(event, null, 2);
  // The signature has the real time, or the shop would refuse events of an advanced clock.
  const time = Math.floor(Date.now() / 1000);
  try {
    const response = await fetch(url, {
      method: "POST",
      body,
      redirect: "manual",
      signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), closing]),
      headers: {
        "content-type": "application/json; charset=utf-8",
        "stripe-signature": signatureHeader(body, secrets, time),
        "user-agent": "Stripe/1.0 (local stand-in)",
      },
    });
    await response.body?.cancel();
    return { status: response.status, error: null };
  } catch (error) {
    return { status: null, error: describe(error) };
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `no answer in ${TIMEOUT_MS / 1000} s`;
  const { cause } = error;
  return cause instanceof Error && cause.message ? cause.message : error.message;
}
