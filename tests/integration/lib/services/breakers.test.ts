import { expect, test, vi } from "vitest";
import { callsTo, serveVendor } from "./vendor.ts";

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

/** The calls by clients whose breakers know of no failure yet. */
async function freshCallsTo(url: string): Promise<ReturnType<typeof callsTo>> {
  vi.resetModules();
  return (await import("./vendor.ts")).callsTo(url);
}

test("a vendor that hangs is given up in time, whoever calls it", async () => {
  const { url, asked } = await serveVendor(() => undefined);
  const calls = Object.entries(await freshCallsTo(url));
  await Promise.all(
    calls.map(async ([name, call]) => {
      const startedAt = performance.now();
      await call().catch(() => undefined);
      const limit = (TIMEOUTS_MS[name] ?? 0) + SLACK_MS;
      expect.soft(performance.now() - startedAt, name).toBeLessThan(limit);
    }),
  );
  expect(asked.length).toBeGreaterThanOrEqual(calls.length);
}, 20_000);

const WITH_BREAKER = Object.keys(TIMEOUTS_MS).filter((name) => !WITHOUT_BREAKER.includes(name));

test.each(WITH_BREAKER)("five failures of %s, and the next call fails unasked", async (name) => {
  const { url, asked } = await serveVendor((response) => response.writeHead(503).end("down"));
  const call = (await freshCallsTo(url))[name];
  for (let failure = 1; failure <= 5; failure++) {
    const before = asked.length;
    await call?.().catch(() => undefined);
    expect(asked.length, `failure ${failure}`).toBeGreaterThan(before);
  }
  const before = asked.length;
  const refusal: unknown = await call?.().catch((error: unknown) => error);
  expect(asked).toHaveLength(before);
  // Nobody is kept from signing up while the list of passwords is away.
  if (name === "list of passwords") expect(refusal).toBe(false);
  else expect(refusal).toMatchObject({ cause: { message: "circuit breaker is open" } });
});
