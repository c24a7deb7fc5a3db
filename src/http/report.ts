import type { APIContext } from "astro";
import { AppError, DependencyError } from "#lib/errors.ts";
import { readEnvironment } from "./services.ts";

/** Whether an error is for us: a bug or an outage, and not an answer that the visitor was given. */
export function isReportable(error: unknown): boolean {
  return !(error instanceof AppError) || error instanceof DependencyError;
}

/**
 * Reports an error to Sentry after the response, with release, route, request id and `tags`. The SDK is loaded for the first error: a request that
 * goes well pays nothing for it. Does nothing when no DSN is set.
 */
export function reportError(
  { locals }: Pick<APIContext, "locals">,
  error: unknown,
  route: string,
  tags: Record<string, string> = {},
): void {
  const { SENTRY_DSN: dsn, APP_ENV: environment } = readEnvironment();
  if (!dsn) return;
  const dependency = error instanceof DependencyError ? error.dependency : null;
  const report = {
    dsn,
    environment,
    release: __RELEASE_ID__,
    route,
    tags: { ...tags, route, request_id: locals.requestId, ...(dependency && { dependency }) },
    fingerprint: dependency ? ["dependency", dependency] : undefined,
  };
  locals.cfContext.waitUntil(
    import("#lib/services/error-reports.ts").then(({ sendErrorReport }) =>
      sendErrorReport(error, report),
    ),
  );
}
