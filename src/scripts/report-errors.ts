/*
 * Waits for the first error on a page and loads the SDK only then: a page without errors pays about a kilobyte.
 */
const waiting: unknown[] = [];
let isLoading = false;

function onError(event: ErrorEvent): void {
  hold(event.error ?? event.message);
}

function onRejection(event: PromiseRejectionEvent): void {
  hold(event.reason);
}

function hold(error: unknown): void {
  waiting.push(error);
  if (isLoading) return;
  isLoading = true;
  void import("./error-reporter.ts").then(({ startReporting }) => {
    removeEventListener("error", onError);
    removeEventListener("unhandledrejection", onRejection);
    startReporting(waiting);
  });
}

addEventListener("error", onError);
addEventListener("unhandledrejection", onRejection);
