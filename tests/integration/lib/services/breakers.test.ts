import { expect, test, vi } from "vitest";
import { begin, breakOff, callsTo, sayHalf, serveVendor } from "./vendor.ts";

// Most that a call may take when nobody answers, and what a busy machine adds.
const TIMEOUTS_MS: Record<string, number> = {
  Stripe: 2_500,
  "Google and GitHub": 5_000,
  database: 2_500,
  Redis: 400,
  mail: 5_000,
  "list of mail": 5_000,
  "list of passwords": 700,
  "error reports": 2_000,
  "errors of browsers": 2_000,
};
const SLACK_MS = 3_000;
// Nobody waits for them (ARCHITECTURE.md, rule 9).
const WITHOUT_BREAKER = ["error reports", "errors of browsers"];
const WITH_BREAKER = Object.keys(TIMEOUTS_MS).filter((name) => !WITHOUT_BREAKER.includes(name));

/** The calls by clients whose breakers know of no failure yet. */
async function freshCallsTo(url: string): Promise<ReturnType<typeof callsTo>> {
  vi.resetModules();
  return (await import("./vendor.ts")).callsTo(url);
}

test("a vendor that hangs, at once or half-way through an answer, is given up in time, whoever calls it", async () => {
  const vendors = [await serveVendor(() => undefined), await serveVendor(begin)];
  const calls = await Promise.all(
    vendors.map(async ({ url }) => Object.entries(await freshCallsTo(url))),
  );
  await Promise.all(
    calls.flat().map(async ([name, call]) => {
      const startedAt = performance.now();
      const failure = await failureOf(call);
      const limit = (TIMEOUTS_MS[name] ?? 0) + SLACK_MS;
      expect.soft(performance.now() - startedAt, name).toBeLessThan(limit);
      expectOutage(name, failure);
    }),
  );
  for (const { asked } of vendors)
    expect(asked.length).toBeGreaterThanOrEqual(Object.keys(TIMEOUTS_MS).length);
}, 20_000);

// The others have their answer by its status, or look for lines.
const READ_AS_JSON = ["Stripe", "database", "Redis"];

test.each([
  ...WITH_BREAKER.map((name) => [name, "breaks off", breakOff] as const),
  ...READ_AS_JSON.map((name) => [name, "is half of one", sayHalf] as const),
])("an answer to %s that %s is an outage", async (name, _what, answer) => {
  const { url, asked } = await serveVendor(answer);
  const failure = await failureOf((await freshCallsTo(url))[name]);
  expect(asked).not.toEqual([]);
  expectOutage(name, failure);
});

test.each(WITH_BREAKER)("five failures of %s, and the next call fails unasked", async (name) => {
  const { url, asked } = await serveVendor((response) => response.writeHead(503).end("down"));
  const call = (await freshCallsTo(url))[name];
  for (let failure = 1; failure <= 5; failure++) {
    const before = asked.length;
    await call?.().catch(() => undefined);
    expect(asked.length, `failure ${failure}`).toBeGreaterThan(before);
  }
  const before = asked.length;
  const refusal = await failureOf(call);
  expect(asked).toHaveLength(before);
  expectOutage(name, refusal);
  if (name !== "list of passwords")
    expect(refusal).toMatchObject({ cause: { message: "circuit breaker is open" } });
});

/** What the call throws, or gives. */
function failureOf(call?: () => Promise<unknown>): Promise<unknown> | undefined {
  return call?.().catch((error: unknown) => error);
}

/** That the client said so: a page then has its last copy or is a 503, and the breaker counts. */
function expectOutage(name: string, failure: unknown): void {
  if (WITHOUT_BREAKER.includes(name)) expect.soft(failure, name).toBeUndefined();
  // Nobody is kept from signing up while the list of passwords is away.
  else if (name === "list of passwords") expect.soft(failure, name).toBe(false);
  else expect.soft(failure, name).toMatchObject({ name: "DependencyError" });
}
