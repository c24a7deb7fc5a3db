import { handle } from "@astrojs/cloudflare/handler";
import { withCappedBody } from "./http/body.ts";
import { withSecurityHeaders } from "./http/headers.ts";
import { log } from "./http/log.ts";
import { problemResponse } from "./http/problem.ts";
import { readEnvironment } from "./http/services.ts";

/** The Worker's entry: what must be right before Astro sees a request. */
export default {
  async fetch(request, env, context) {
    if (!isConfigured())
      return refuse({
        status: 503,
        detail: "The shop is not set up: its log names the variables that are missing.",
      });
    const capped = await withCappedBody(request);
    if (!capped) return refuse({ status: 413 });
    const response = await handle(capped, env, context);
    // Astro answers an address with a slash at its end before any middleware runs.
    return response.headers.has("strict-transport-security")
      ? response
      : withSecurityHeaders(response, []);
  },
} satisfies ExportedHandler<Env>;

// What no middleware sees.
function refuse(problem: Parameters<typeof problemResponse>[0]): Response {
  return withSecurityHeaders(problemResponse(problem), []);
}

function isConfigured(): boolean {
  try {
    readEnvironment();
    return true;
  } catch (error) {
    log("error", "environment-not-usable", { message: (error as Error).message });
    return false;
  }
}
