/** What the shop answered, on its way through the proxy. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** The part of a request that a fault may look at. */
export interface ForwardedRequest {
  url?: string | undefined;
  method?: string | undefined;
}

/** One thing that a bad deployment could have broken. */
export interface PlantedFault {
  name: string;
  /** How the title begins of the test that must turn red. */
  test: string;
  change: (request: ForwardedRequest, answer: Answer) => Answer;
}

/** What `scripts/test-deployment-faults.ts` breaks, one at a time. */
export const PLANTED_FAULTS: PlantedFault[] = [
  fault(
    "a release that is not the one deployed",
    "the commit that was deployed",
    isAt("/api/health/live"),
    (answer) => replaced(answer, /"releaseId":"[^"]*"/, '"releaseId":"0000000"'),
  ),
  fault(
    "a shop that is not healthy",
    "the shop says that it is healthy",
    isAt("/api/health"),
    (answer) => ({
      ...replaced(answer, '"pass"', '"fail"'),
      status: 503,
    }),
  ),
  fault(
    "health that tells everybody about single services",
    "checks of single services",
    isAt("/api/health"),
    (answer) => replaced(answer, "{", '{"checks":{"database":{"status":"pass"}},'),
  ),
  fault("no HSTS", "security headers are on a page", always, (answer) =>
    without(answer, "strict-transport-security"),
  ),
  fault("pages that may be framed", "security headers are on a page", always, (answer) => ({
    ...answer,
    headers: {
      ...answer.headers,
      "content-security-policy": (answer.headers["content-security-policy"] ?? "").replaceAll(
        /frame-ancestors 'none';?/g,
        "",
      ),
    },
  })),
  fault(
    "a policy that allows inline scripts",
    "pages allow no inline script",
    always,
    (answer) => ({
      ...answer,
      headers: {
        ...answer.headers,
        "content-security-policy": (answer.headers["content-security-policy"] ?? "").replace(
          "script-src ",
          "script-src 'unsafe-inline' ",
        ),
      },
    }),
  ),
  fault(
    "static files without headers",
    "security headers are on a page",
    isAt("/favicon.svg"),
    (answer) => without(answer, "x-content-type-options"),
  ),
  fault("an empty catalogue", "the catalogue lists courses", isAt("/courses"), (answer) =>
    replaced(answer, /<ul class="course-list[^"]*"[\s\S]*?<\/ul>/, ""),
  ),
  fault(
    "a sign-in form that is broken",
    "the sign-in page has its form",
    isAt("/sign-in"),
    (answer) => ({
      ...answer,
      status: 500,
      body: Buffer.from(""),
    }),
  ),
  fault(
    "private pages that ask nobody to sign in",
    "what is private sends visitors",
    isAt("/learn"),
    (answer) => ({
      ...answer,
      status: 200,
    }),
  ),
  fault(
    "an error page that says 200",
    "an unknown page is a 404",
    isAt("/deployment-test/nothing"),
    (answer) => ({
      ...answer,
      status: 200,
    }),
  ),
  fault(
    "assets that are not there",
    "the home page and its assets",
    isUnder("/_astro/"),
    (answer) => ({ ...answer, status: 404 }),
  ),
  fault(
    "a webhook that takes what nobody signed",
    "the webhook refuses",
    isAt("/api/stripe/webhook"),
    (answer) => ({
      ...answer,
      status: 200,
    }),
  ),
  fault(
    "jobs that anybody may start",
    "jobs refuse who does not know",
    isUnder("/api/jobs/"),
    (answer) => ({
      ...answer,
      status: 200,
    }),
  ),
  fault(
    "forms that other sites may post",
    "a form from another site is refused",
    (request) => request.method === "POST",
    (answer) => (answer.status === 403 ? { ...answer, status: 200 } : answer),
  ),
];

function fault(
  name: string,
  test: string,
  isMeant: (request: ForwardedRequest) => boolean,
  change: (answer: Answer) => Answer,
): PlantedFault {
  return { name, test, change: (request, answer) => (isMeant(request) ? change(answer) : answer) };
}

function always(): boolean {
  return true;
}

function isAt(path: string): (request: ForwardedRequest) => boolean {
  return (request) => request.url?.split("?")[0] === path;
}

function isUnder(path: string): (request: ForwardedRequest) => boolean {
  return (request) => request.url?.startsWith(path) ?? false;
}

function without(answer: Answer, name: string): Answer {
  const entries = Object.entries(answer.headers).filter(([header]) => header !== name);
  return { ...answer, headers: Object.fromEntries(entries) };
}

function replaced(answer: Answer, pattern: string | RegExp, text: string): Answer {
  return { ...answer, body: Buffer.from(answer.body.toString("utf8").replace(pattern, text)) };
}
