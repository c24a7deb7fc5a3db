/* What every page loads once it is there, in one request: the Sentry integration makes it a page's script (astro.config.mjs). */
import "./report-errors.ts";
import "./vitals.ts";
import "./pending.ts";
