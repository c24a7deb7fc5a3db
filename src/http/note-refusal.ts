import type { APIContext } from "astro";
import { DependencyError, type AppError } from "#lib/errors.ts";
import { RateLimitError } from "#lib/rate-limits.ts";

type Noted = Pick<APIContext, "locals">;

/**
 * Keeps what a refusal says about waiting for the response's headers, and writes its one event: the
 * limits that were met, a failed sign-in, a request of another site, or that access was refused.
 */
export function noteRefusal({ locals }: Noted, error: AppError): void {
  if (error.retryAfterSeconds) locals.retryAfterSeconds = error.retryAfterSeconds;
  const { event, status } = error;
  if (event) locals.log(event, { status });
  else if ([401, 403].includes(status)) locals.log("access-refused", { status });
  if (!(error instanceof RateLimitError)) return;
  const names = error.refusals.map(({ name }) => name);
  const others = (locals.limits ?? []).filter(({ name }) => !names.includes(name));
  locals.limits = [...others, ...error.refusals];
  locals.log("limit-met", { limits: names });
}

/**
 * Writes the one event of a failure that is ours: "dependency-failed" once for each dependency and
 * request, "request-failed" for a bug, with `details`. Its message stays out: it may hold anything.
 */
export function noteFailure(
  { locals }: Noted,
  error: unknown,
  details: Record<string, string> = {},
): void {
  if (!(error instanceof DependencyError)) {
    const name = error instanceof Error ? error.name : typeof error;
    locals.log("request-failed", { error: name, ...details }, "error");
    return;
  }
  const { dependency } = error;
  locals.failed ??= new Set();
  if (locals.failed.has(dependency)) return;
  locals.failed.add(dependency);
  locals.log("dependency-failed", { dependency }, "error");
}
