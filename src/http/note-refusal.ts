import type { APIContext } from "astro";
import type { AppError } from "#lib/errors.ts";
import { RateLimitError } from "#lib/rate-limits.ts";

/**
 * Keeps what a refusal says about waiting for the response's headers, and logs the limits that were
 * met.
 */
export function noteRefusal({ locals }: Pick<APIContext, "locals">, error: AppError): void {
  if (error.retryAfterSeconds) locals.retryAfterSeconds = error.retryAfterSeconds;
  if (!(error instanceof RateLimitError)) return;
  const names = error.refusals.map(({ name }) => name);
  const others = (locals.limits ?? []).filter(({ name }) => !names.includes(name));
  locals.limits = [...others, ...error.refusals];
  locals.log("limit-met", { limits: names });
}
