import * as Sentry from "@sentry/cloudflare";
import { AppError, DependencyError } from "#lib/errors.ts";

/** Whether an error is for us: a bug or an outage, and not an answer that the visitor was given. */
export function isReportable(error: unknown): boolean {
  return !(error instanceof AppError) || error instanceof DependencyError;
}

/** Reports an error once, with where it happened; does nothing when no DSN is set. */
export function reportError(error: unknown, at: { requestId: string; route: string }): void {
  Sentry.withScope((scope) => {
    scope.setTransactionName(at.route);
    scope.setTags({ request_id: at.requestId, route: at.route });
    if (error instanceof DependencyError) {
      scope.setTag("dependency", error.dependency);
      scope.setFingerprint(["dependency", error.dependency]);
    }
    Sentry.captureException(error);
  });
}
