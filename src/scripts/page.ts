/* What every page loads, in one request: the Sentry integration puts it there (astro.config.mjs). */
import "./report-errors.ts";
import "./vitals.ts";
