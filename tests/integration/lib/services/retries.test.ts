import { expect, onTestFinished, test, vi } from "vitest";
import {
  begin,
  breakOff,
  databaseAt,
  hangUp,
  inTurn,
  redisAt,
  say,
  sayHalf,
  serveVendor,
  type Answer,
} from "./vendor.ts";

const CALLS = 300;
const NO_ROWS = { command: "SELECT", rowCount: 0, rows: [], fields: [] };

/** A vendor that hangs up on every second request, and answers the others with the same. */
function serveHalf(answer: unknown) {
  return serveVendor((response, count) => (count % 2 === 0 ? hangUp : say(answer))(response));
}

/** What PostgreSQL says when it refuses a statement, as Neon sends it. */
function refusal(code: string) {
  return say({ message: "refused", severity: "ERROR", code }, 400);
}

/** Calls one after another; gives how many failed. */
async function callOften(call: () => Promise<unknown>): Promise<number> {
  let failed = 0;
  for (let count = 0; count < CALLS; count++)
    await call().catch(() => {
      failed += 1;
    });
  return failed;
}

test("a database that fails half of the time is asked 1.2 times as often at most", async () => {
  const { url, asked } = await serveHalf(NO_ROWS);
  const database = databaseAt(url);
  const failed = await callOften(() => database.read`SELECT 1`);
  expect(asked.length).toBeGreaterThan(CALLS);
  expect(asked.length).toBeLessThanOrEqual(CALLS * 1.2);
  expect(failed, "what was not tried again has failed").toBeGreaterThan(0);
});

test("a Redis that fails half of the time is asked 1.2 times as often at most", async () => {
  const { url, asked } = await serveHalf([{ result: 1 }]);
  const redis = redisAt(url);
  const failed = await callOften(() => redis.run((client) => client.incr("a")));
  expect(asked.length).toBeGreaterThan(CALLS);
  expect(asked.length).toBeLessThanOrEqual(CALLS * 1.2);
  expect(failed, "what was not tried again has failed").toBeGreaterThan(0);
});

/** The clients with nothing of the retry budgets spent, and no failure in the breakers. */
function freshClients(): Promise<typeof import("./vendor.ts")> {
  vi.resetModules();
  return import("./vendor.ts");
}

const PASSING = {
  "a shutdown": refusal("57P01"),
  "a broken connection": refusal("08006"),
  "a conflict": refusal("40001"),
  "no answer": hangUp,
  "an answer that broke off": breakOff,
  "half of an answer": sayHalf,
  "an answer that is none": say(null),
};

for (const [what, fail] of Object.entries(PASSING)) {
  test(`after ${what}, a read is asked once more`, async () => {
    const { url, asked } = await serveVendor(inTurn(fail, say(NO_ROWS), fail, fail, fail));
    const database = (await freshClients()).databaseAt(url);
    expect(await database.read`SELECT 1`).toEqual([]);
    expect(asked).toHaveLength(2);
    await expect(database.read`SELECT 1`).rejects.toThrow();
    expect(asked, "and then no more").toHaveLength(4);
  });

  test(`after ${what}, a write is not asked again: it may have been done`, async () => {
    const { url, asked } = await serveVendor(inTurn(fail, say(NO_ROWS)));
    const database = (await freshClients()).databaseAt(url);
    await expect(database.write`UPDATE users SET name = ${"Kim"}`).rejects.toThrow();
    expect(asked).toHaveLength(1);
  });
}

test("a read that waited until the end of its time is not asked again", async () => {
  const { url, asked } = await serveVendor(inTurn(begin, say(NO_ROWS)));
  const database = (await freshClients()).databaseAt(url);
  await expect(database.read`SELECT 1`).rejects.toMatchObject({ dependency: "database" });
  expect(asked).toHaveLength(1);
});

test.each(["42601", "23505", "53300", "28P01"])(
  "a read that is refused by %s would be refused again",
  async (code) => {
    const { url, asked } = await serveVendor(inTurn(refusal(code), say(NO_ROWS)));
    const database = (await freshClients()).databaseAt(url);
    await expect(database.read`SELECT 1`).rejects.toThrow();
    expect(asked).toHaveLength(1);
  },
);

test("a Stripe that fails half of the time is asked 1.2 times as often at most", async () => {
  const { url, asked } = await serveHalf({ id: "cus_1" });
  const stripe = (await freshClients()).stripeAt(url);
  // At once, since each second try waits for half a second.
  const calls = await Promise.allSettled(
    Array.from({ length: CALLS }, () => stripe.run((client) => client.customers.retrieve("cus_1"))),
  );
  expect(asked.length).toBeGreaterThan(CALLS);
  expect(asked.length).toBeLessThanOrEqual(CALLS * 1.2);
  const failed = calls.filter(({ status }) => status === "rejected");
  expect(failed, "what was not tried again has failed").not.toEqual([]);
});

const ill = (headers = {}, status = 500) => say({ error: { type: "api_error" } }, status, headers);
const busy = (headers = {}) =>
  say({ error: { type: "invalid_request_error", code: "rate_limit" } }, 429, headers);

test.each<[string, Answer]>([
  ["says that it is ill", ill()],
  ["is busy with the same request", ill({}, 409)],
  ["asks for it", busy({ "Stripe-Should-Retry": "true" })],
  ["asks to wait a moment", busy({ "Retry-After": "0" })],
  ["hangs up", hangUp],
  ["breaks its answer off", breakOff],
])("a Stripe that %s is asked once more under the same key", async (_what, fail) => {
  const { url, asked } = await serveVendor(inTurn(fail, say({ id: "cus_1" })));
  const stripe = (await freshClients()).stripeAt(url);
  const customer = { email: "kim@buyer.example" };
  const made = stripe.run((client) => client.customers.create(customer));
  expect(await made).toMatchObject({ id: "cus_1" });
  const [first, second, ...more] = asked.map(({ headers }) => headers["idempotency-key"]);
  expect(first).toBeTruthy();
  expect([second, ...more]).toEqual([first]);
});

test.each<[string, Answer]>([
  ["asks not to be", ill({ "Stripe-Should-Retry": "false" })],
  ["asks to wait for long", busy({ "Retry-After": "3" })],
  ["does not say when", busy()],
  ["refuses", say({ error: { type: "invalid_request_error" } }, 400)],
])("a Stripe that %s is not asked again", async (_what, fail) => {
  const { url, asked } = await serveVendor(inTurn(fail, say({ id: "cus_1" })));
  const stripe = (await freshClients()).stripeAt(url);
  await expect(stripe.run((client) => client.customers.retrieve("cus_1"))).rejects.toThrow();
  expect(asked).toHaveLength(1);
});

test("the webhook asks Stripe once", async () => {
  const { url, asked } = await serveVendor(inTurn(hangUp, ill()));
  const stripe = (await freshClients()).stripeAt(url);
  for (let call = 1; call <= 2; call++) {
    const found = stripe.runOnce((client) => client.customers.retrieve("cus_1"));
    await expect(found).rejects.toMatchObject({ dependency: "stripe" });
    expect(asked).toHaveLength(call);
  }
});

test("a Stripe that is silent is asked twice for five seconds", async () => {
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  const limits = vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => timeout(ms / 100));
  onTestFinished(() => limits.mockRestore());
  const { url, asked } = await serveVendor(begin);
  const stripe = (await freshClients()).stripeAt(url);
  const found = stripe.run((client) => client.customers.retrieve("cus_1"));
  await expect(found).rejects.toMatchObject({ dependency: "stripe" });
  expect(asked).toHaveLength(2);
  expect(limits.mock.calls).toEqual([[5_000], [5_000]]);
});

test("a request to Stripe has eleven seconds in all", async () => {
  const limits = vi.spyOn(AbortSignal, "timeout").mockReturnValue(new AbortController().signal);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => {
    limits.mockRestore();
    vi.useRealTimers();
  });
  const arrival = Promise.withResolvers<undefined>();
  const { url } = await serveVendor(() => arrival.resolve(undefined));
  const stripe = (await freshClients()).stripeAt(url);
  const settled = vi.fn();
  const found = stripe.run((client) => client.customers.retrieve("cus_1")).finally(settled);
  const failed = expect(found).rejects.toMatchObject({ dependency: "stripe" });
  await arrival.promise;
  await vi.advanceTimersByTimeAsync(10_999);
  expect(settled).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  await failed;
});

test.each([{}, { error: "busy" }, { message: "bad gateway" }, null])(
  "an error that is not of Stripe's making, %j, is no answer of Stripe",
  async (body) => {
    for (const status of [302, 404, 429, 502]) {
      const { url, asked } = await serveVendor(say(body, status));
      const stripe = (await freshClients()).stripeAt(url);
      const found = stripe.runOnce((client) => client.checkout.sessions.retrieve("cs_1"));
      await expect(found, String(status)).rejects.toMatchObject({ dependency: "stripe" });
      expect(asked).toHaveLength(1);
    }
  },
);
