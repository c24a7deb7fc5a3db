import { handle } from "@astrojs/cloudflare/handler";
import * as Sentry from "@sentry/cloudflare";
import { withCappedBody } from "./http/body.ts";
import { withSecurityHeaders } from "./http/headers.ts";
import { log } from "./http/log.ts";
import { problemResponse } from "./http/problem.ts";
import { sentryOptions } from "./http/sentry-options.ts";
import { readEnvironment } from "./http/services.ts";

type Handler = Required<ExportedHandler<Env>>["fetch"];

const serve: Handler = async (request, env, context) => {
  if (!isConfigured())
    return refuse({
      status: 503,
      detail: "The shop is not set up: its log names the variables that are missing.",
    });
  const capped = await withCappedBody(request);
  if (!capped) return refuse({ status: 413 });
  return handle(capped, env, context);
};

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

const reporting = Sentry.withSentry(sentryOptions, { fetch: serve as never }) as unknown as {
  fetch: Handler;
};

/** The Worker: Astro, inside Sentry where a DSN is set. */
export default {
  fetch: (request, env, context) =>
    (env.SENTRY_DSN ? reporting.fetch : serve)(request, env, context),
} satisfies { fetch: Handler };
