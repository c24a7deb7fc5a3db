import { sequence } from "astro:middleware";
import { keepPages } from "./http/middleware/keep-pages.ts";
import { limitRequests } from "./http/middleware/limit-requests.ts";
import { openServices } from "./http/middleware/open-services.ts";
import { readVisitor } from "./http/middleware/read-visitor.ts";
import { recordRequest } from "./http/middleware/record-request.ts";
import { refuseBadRequests } from "./http/middleware/refuse-bad-requests.ts";
import { secureResponse } from "./http/middleware/secure-response.ts";
import { translateFailures } from "./http/middleware/translate-failures.ts";

/** What every request that is not a static file goes through, outermost first. */
export const onRequest = sequence(
  recordRequest,
  secureResponse,
  translateFailures,
  openServices,
  limitRequests,
  refuseBadRequests,
  keepPages,
  readVisitor,
);
