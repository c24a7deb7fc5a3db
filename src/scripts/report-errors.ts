/*
 * Waits for the first error on a page and loads the SDK only then: a page without errors pays about a kilobyte. Those from before
 * this was loaded have been kept by src/http/early-script.ts. Where no errors are reported (`data-reports` is missing), it loads nothing.
 */
type Trouble = ErrorEvent | PromiseRejectionEvent;

declare global {
  var earlyErrors: Trouble[];
}

const waiting: unknown[] = [];
let isLoading = false;

function hold(event: Trouble): number {
  const kept = waiting.push("reason" in event ? event.reason : (event.error ?? event.message));
  if (isLoading) return kept;
  isLoading = true;
  void import("./error-reporter.ts").then(({ startReporting }) => {
    // The SDK listens itself from now on.
    earlyErrors.push = () => 0;
    startReporting(waiting);
  });
  return kept;
}

const isReporting = Boolean(document.documentElement.dataset.reports);
if (isReporting) for (const event of earlyErrors) hold(event);
earlyErrors.push = isReporting ? hold : () => 0;
