import type { CloudflareOptions } from "@sentry/cloudflare";

/**
 * How errors leave the Worker: with release and environment, without headers, cookies, bodies, query strings or
 * addresses. A tenth of the requests is traced.
 */
export function sentryOptions(env: Record<string, unknown>): CloudflareOptions {
  return {
    dsn: String(env.SENTRY_DSN),
    environment: typeof env.APP_ENV === "string" ? env.APP_ENV : "development",
    release: __RELEASE_ID__,
    tracesSampleRate: 0.1,
    beforeSend: (event) => {
      if (event.request)
        event.request = {
          ...(event.request.method && { method: event.request.method }),
          ...(event.request.url && { url: withoutQuery(event.request.url) }),
        };
      delete event.user;
      return event;
    },
    beforeBreadcrumb: (breadcrumb) => (breadcrumb.category === "console" ? null : breadcrumb),
  };
}

function withoutQuery(url: string): string {
  return url.split("?", 1)[0] ?? "";
}
