import { handle } from "@astrojs/cloudflare/handler";
import { withCappedBody } from "./http/body.ts";
import { SECURITY_HEADERS } from "./http/headers.ts";
import { log } from "./http/log.ts";
import { problemResponse } from "./http/problem.ts";
import { readEnvironment } from "./http/services.ts";

const headers = { ...SECURITY_HEADERS };

/** The Worker's entry: what must be right before Astro sees a request. */
export default {
  async fetch(request, env, context) {
    if (!isConfigured())
      return problemResponse({
        status: 503,
        detail: "The shop is not set up: its log names the variables that are missing.",
        headers,
      });
    const capped = await withCappedBody(request);
    if (!capped) return problemResponse({ status: 413, headers });
    return handle(capped, env, context);
  },
} satisfies ExportedHandler<Env>;

function isConfigured(): boolean {
  try {
    readEnvironment();
    return true;
  } catch (error) {
    log("error", "environment-not-usable", { message: (error as Error).message });
    return false;
  }
}
