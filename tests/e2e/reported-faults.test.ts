import type { APIRequestContext, APIResponse } from "@playwright/test";
import { makePerson, type Person } from "../support/e2e-shop.ts";
import {
  clearFaults,
  listErrors,
  setFaults,
  waitForError,
  type ReportedError,
} from "../support/e2e-stack.ts";
import { readVariable } from "../support/e2e-variables.ts";
import { expect, test } from "../support/e2e.ts";

// The faults are the whole stack's: playwright.config.ts runs this file alone, after the others.

interface Failure {
  /** What throws. */
  where: string;
  faults: Record<string, string>;
  path: string;
  form?: Record<string, string>;
  status: number;
  route: string;
  /** Which service gave no answer; none when it answered that the request was wrong. */
  dependency?: string;
}

const TYPED = "typed-by-the-visitor";

// "broken" is an answer that nothing in the shop expects: as good as a bug of its own.
const FAILURES: Failure[] = [
  {
    where: "a page",
    faults: { database: "broken" },
    path: "/learn",
    status: 500,
    route: "GET /learn",
  },
  {
    where: "an action",
    faults: { database: "broken" },
    path: "/contact?_action=contact",
    form: { name: TYPED, email: `${TYPED}@buyer.example`, message: TYPED },
    status: 500,
    route: "action contact",
  },
  {
    where: "an endpoint",
    faults: { database: "broken" },
    path: "/api/orders/00000000-0000-4000-8000-000000000000",
    status: 500,
    route: "GET /api/orders/[order]",
  },
  {
    // The page itself asks for nothing: the session is read before it.
    where: "a middleware",
    faults: { redis: "broken" },
    path: "/terms",
    status: 500,
    route: "GET /terms",
  },
  {
    where: "a page without its database",
    faults: { database: "refuse" },
    path: "/learn",
    status: 503,
    route: "GET /learn",
    dependency: "database",
  },
];

test.afterEach(clearFaults);

for (const failure of FAILURES)
  test(`an error of ${failure.where} arrives once, with its request and nobody's data`, async ({
    visitor,
  }) => {
    const { faults, status, route, dependency } = failure;
    const person = await makePerson();
    const health = await visitor.get("/api/health/live");
    const { releaseId } = (await health.json()) as { releaseId: string };
    await setFaults(faults);
    const response = await fail(visitor, failure, person);
    expect(response.status()).toBe(status);
    const error = await waitForError(isOf(response));
    expect(error).toMatchObject({
      environment: readVariable("APP_ENV"),
      release: releaseId,
      route,
      tags: { route, request_id: response.headers()["x-request-id"] },
    });
    expect(error.tags.dependency).toBe(dependency);
    const raw = JSON.stringify(error.raw);
    for (const own of [
      person.email,
      person.name,
      person.id,
      person.session,
      TYPED,
      "in-the-address",
    ])
      expect.soft(raw).not.toContain(own);
    expect.soft(raw).not.toMatch(/cookie|user_agent|ip_address"|2001:db8/i);
    // What is reported later comes later: a second copy of the first would be there by then.
    const next = await fail(visitor, failure, person);
    await waitForError(isOf(next));
    expect(await listErrors(isOf(response))).toHaveLength(1);
  });

function fail(
  visitor: APIRequestContext,
  { path, form }: Failure,
  person: Person,
): Promise<APIResponse> {
  const address = `${path}${path.includes("?") ? "&" : "?"}secret=in-the-address`;
  const headers = { Cookie: `__Host-session=${person.session}` };
  return form ? visitor.post(address, { headers, form }) : visitor.get(address, { headers });
}

function isOf(response: APIResponse): (error: ReportedError) => boolean {
  const requestId = response.headers()["x-request-id"] ?? "";
  return ({ tags }) => tags.request_id === requestId;
}
