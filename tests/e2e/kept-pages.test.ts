import { makePerson, shopServices } from "../support/e2e-shop.ts";
import { expect, test } from "../support/e2e.ts";

const PATHS = [
  "/",
  "/courses",
  "/courses/security-for-small-teams",
  "/sign-in",
  "/sign-up",
  "/terms",
];

test("a page that is for everybody is kept, and each answer names its own request", async ({
  visitor,
}) => {
  for (const path of PATHS) {
    const [first, second] = [await visitor.get(path), await visitor.get(path)];
    expect.soft(second.headers().etag, path).toBe(first.headers().etag);
    expect.soft(first.headers().etag, path).toMatch(/^W\/"[0-9a-f]{32}"$/);
    expect.soft(first.headers()["cache-control"], path).toBe("private, no-cache");
    expect.soft(first.headers().vary, path).toMatch(/cookie/i);
    const ids = [first, second].map((answer) => answer.headers()["x-request-id"] ?? "");
    expect.soft(new Set(ids).size, path).toBe(2);
    for (const answer of [first, second])
      expect
        .soft(await answer.text(), path)
        .toContain(`data-request-id="${answer.headers()["x-request-id"] ?? ""}"`);
  }
});

test("who has the page already is told so, under the same policy", async ({ visitor }) => {
  for (const path of PATHS) {
    const first = await visitor.get(path);
    const etag = first.headers().etag ?? "";
    const again = await visitor.get(path, { headers: { "If-None-Match": `"other", ${etag}` } });
    expect.soft(again.status(), path).toBe(304);
    expect.soft((await again.body()).length, path).toBe(0);
    // A browser takes the headers of a 304 for those of the page that it has.
    for (const name of ["content-security-policy", "etag", "cache-control", "x-frame-options"])
      expect.soft(again.headers()[name], `${path}: ${name}`).toBe(first.headers()[name]);
    const other = await visitor.get(path, { headers: { "If-None-Match": '"other"' } });
    expect.soft(other.status(), path).toBe(200);
  }
});

test("S64: nothing is kept of what a cookie or a question changes", async ({ visitor }) => {
  const { session, name } = await makePerson("Kim Own-Page");
  const own = { Cookie: `__Host-session=${session}` };
  for (const [path, headers] of [
    ["/", own],
    ["/courses", own],
    ["/", { Cookie: "__Host-cart=redis-beyond-caching" }],
    ["/courses?q=redis", {}],
    ["/sign-in?reset=1", {}],
    ["/nowhere", {}],
  ] as [string, Record<string, string>][]) {
    const answer = await visitor.get(path, { headers });
    expect.soft(answer.headers().etag, path).toBeUndefined();
    expect.soft(answer.headers()["cache-control"], path).toContain("no-store");
  }
  expect(await (await visitor.get("/", { headers: own })).text()).toContain(name);
  for (const path of PATHS)
    expect.soft(await (await visitor.get(path)).text(), path).not.toContain(name);
});

test("what changes is seen after ten seconds at most", async ({ visitor }) => {
  const path = "/courses/payments-that-lose-no-money";
  const key = "cache:v1:course:payments-that-lose-no-money";
  await visitor.get(path);
  const { redis } = shopServices();
  const course = await redis.run((client) => client.get<{ revisionNote: string }>(key));
  if (!course) throw new Error("The course is not in the cache.");
  const revisionNote = `Changed ${crypto.randomUUID()}`;
  await redis.run((client) => client.set(key, { ...course, revisionNote }, { keepTtl: true }));
  await expect
    .poll(async () => (await visitor.get(path)).text(), { timeout: 15_000 })
    .toContain(revisionNote);
  await redis.run((client) => client.del(key, `${key}:state`));
});
