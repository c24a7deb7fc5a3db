import {
  BrowserClient,
  dedupeIntegration,
  defaultStackParser,
  getCurrentScope,
  globalHandlersIntegration,
  makeFetchTransport,
} from "@sentry/astro";

/**
 * Starts the browser's error reporting and sends what happened before it was there. Reports go to /api/errors on our own site,
 * which knows the DSN; they carry release and route, and nothing about the visitor.
 */
export function startReporting(waiting: unknown[]): void {
  const client = new BrowserClient({
    // The tunnel replaces it: the address of the project is a setting of the server.
    dsn: "https://browser@sentry.invalid/1",
    tunnel: "/api/errors",
    release: __RELEASE_ID__,
    environment: document.documentElement.dataset.reports ?? "unknown",
    transport: makeFetchTransport,
    stackParser: defaultStackParser,
    integrations: [globalHandlersIntegration(), dedupeIntegration()],
    beforeBreadcrumb: () => null,
  });
  const scope = getCurrentScope();
  scope.setClient(client);
  const route = document.documentElement.dataset.route ?? "unknown";
  const requestId = document.documentElement.dataset.requestId;
  scope.setTransactionName(route);
  scope.setTags({ route, ...(requestId && { request_id: requestId }) });
  client.init();
  for (const error of waiting) scope.captureException(error);
}
