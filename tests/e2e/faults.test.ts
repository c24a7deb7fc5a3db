import type { APIRequestContext, APIResponse } from "@playwright/test";
import {
  beginOrder,
  buyCourse,
  COURSE,
  findOrder,
  makePerson,
  shopServices,
  type Person,
  newAddress,
} from "../support/e2e-shop.ts";
import { expectNothingInTheWay } from "../support/e2e-page.ts";
import { agreeByRequest } from "../support/e2e-social.ts";
import { clearFaults, setFaults } from "../support/e2e-stack.ts";
import { payByRequest } from "../support/e2e-stripe.ts";
import { readVariable } from "../support/e2e-variables.ts";
import { expect, test } from "../support/e2e.ts";

// The faults are the whole stack's: playwright.config.ts runs this file alone, after the others.

// What a busy machine adds to a budget of the design.
const SLACK_MS = 700;
const RECOVERY_MS = 6_000 + SLACK_MS;
// Kept in Redis, so that they are there without the database.
const KEPT_PAGES = ["/", "/courses", `/courses/${COURSE}`];
const PUBLIC_PAGES = [...KEPT_PAGES, `/courses/${COURSE}/sessions`];

interface Answer {
  response: APIResponse;
  html: string;
  durationMs: number;
}

test.afterEach(async ({ visitor }) => {
  await clearFaults();
  // A breaker lets one probe through: the other check of the service can say "warn" once more.
  const recovered = expect.poll(() => healthOf(visitor), {
    timeout: RECOVERY_MS,
    intervals: [250],
  });
  await recovered.not.toBe("fail");
});

for (const [fault, readMs, refusalMs] of [
  ["refuse", 300, 1_000],
  ["hang", 1_800, 3_000],
] as const)
  test(`database: ${fault}. Who reads goes on, who buys is told`, async ({ visitor }) => {
    const owner = await makePerson();
    await buyCourse(owner);
    for (const path of KEPT_PAGES) await ask(visitor, path, owner);
    await setFaults({ database: fault });
    for (const path of KEPT_PAGES) expectPage(await ask(visitor, path, owner), path, readMs);
    const narrowed = await ask(visitor, "/courses?topic=security&level=beginner", owner);
    expectPage(narrowed, "a list that nobody opened before", readMs);
    expect(narrowed.html).toContain("This is a copy from earlier");
    expect(narrowed.html).toContain('href="/courses/security-for-small-teams"');
    const lesson = `/courses/${COURSE}/rate-limits`;
    for (const path of ["/learn", lesson, "/checkout/postgresql-in-production", "/account"])
      expectRefusal(await ask(visitor, path, owner), path, refusalMs);
    expectRefusal(await signIn(visitor), "sign-in", refusalMs);
    expect((await ask(visitor, "/api/health/live")).response.status()).toBe(200);
    const ready = await ask(visitor, "/api/health/ready");
    expect(ready.response.status()).toBe(503);
    expect(await ready.response.json()).toMatchObject({ status: "fail" });
    await clearFaults();
    await expectRecovery(async () => (await ask(visitor, "/learn", owner)).response.status());
  });

for (const [fault, heading] of [
  ["refuse", "We will be back in a moment"],
  ["broken", "Something broke on our side"],
] as const)
  test(`database: ${fault}. The page that says so is as good as the others`, async ({
    page,
    login,
  }) => {
    await login();
    await setFaults({ database: fault });
    await page.emulateMedia({ reducedMotion: "reduce" });
    await page.goto("/learn");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(heading);
    await expectNothingInTheWay(page);
    await clearFaults();
    await expectRecovery(async () => (await page.reload())?.status() ?? 0);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("My courses");
  });

test("database: refuse. An old copy says that it is one", async ({ visitor }) => {
  const path = "/courses?topic=operations";
  await ask(visitor, path);
  await setFaults({ database: "refuse" });
  await forgetFreshness("courses:operations:all");
  const read = async () => {
    const { response, html } = await ask(visitor, path);
    expect(response.status()).toBe(200);
    return html.includes("This is a copy from earlier");
  };
  // The isolate's own memory holds a page for ten seconds more.
  await expect.poll(read, { timeout: 15_000 }).toBe(true);
});

for (const fault of ["refuse", "hang"] as const)
  test(`redis: ${fault}. Everybody can read, nobody is signed out`, async ({ visitor }) => {
    const person = await makePerson();
    await setFaults({ redis: fault });
    for (const path of PUBLIC_PAGES) {
      const answer = await ask(visitor, path, person);
      expectPage(answer, path, 800);
      expect(answer.html, "shown as to a visitor").toContain('href="/sign-in"');
    }
    for (const path of ["/learn", `/checkout/${COURSE}`, "/account"])
      expectRefusal(await ask(visitor, path, person), path, 800);
    expectRefusal(await signIn(visitor), "sign-in", 800);
    await clearFaults();
    await expectRecovery(async () => (await ask(visitor, "/learn", person)).response.status());
  });

test("redis: refuse. A payment is still heard of", async () => {
  const person = await makePerson();
  const { url } = await beginOrder(person);
  await setFaults({ redis: "refuse" });
  await payByRequest(url);
  await expect.poll(() => statusOf(person)).toBe("paid");
});

for (const [fault, withinMs] of [
  ["refuse", 3_000],
  ["hang", 11_000],
] as const)
  test(`stripe: ${fault}. Nothing is charged, and the same order goes on`, async ({ visitor }) => {
    const owner = await makePerson();
    await buyCourse(owner);
    await setFaults({ stripe: fault });
    for (const path of [...PUBLIC_PAGES, "/learn"])
      expectPage(await ask(visitor, path, owner), path, 500);
    const buyer = await makePerson();
    const refused = await startCheckout(visitor, buyer);
    expectRefusal(refused, "checkout", withinMs);
    expect(refused.html).toMatch(/not charged|nothing was charged/i);
    const ready = await ask(visitor, "/api/health/ready");
    expect(ready.response.status(), "the rest of the shop goes on").toBe(200);
    expect(await ready.response.json()).toMatchObject({ status: "warn" });
    const orderId = await findOrder(buyer);
    await clearFaults();
    await expectRecovery(async () => {
      const { response } = await startCheckout(visitor, buyer);
      return response.headers().location?.startsWith(readVariable("STRIPE_URL")) ? 200 : 503;
    });
    expect(await findOrder(buyer)).toBe(orderId);
  });

for (const [fault, withinMs] of [
  ["refuse", 1_000],
  ["hang", 5_500],
] as const)
  test(`social: ${fault}. The sign-in says so in words, and offers the other ways`, async ({
    visitor,
  }) => {
    const back = await agreeByRequest(visitor, { email: newAddress() });
    await setFaults({ social: fault });
    const { response, durationMs } = await timed(() => visitor.get(back));
    expect(durationMs).toBeLessThan(withinMs + SLACK_MS);
    expect(response.status()).toBe(303);
    const { location = "" } = response.headers();
    expect(location).toBe("/sign-in?problem=unavailable&next=%2Fcourses");
    const { html } = await ask(visitor, location);
    expect(html).toContain("The provider does not answer.");
    expect(html).toContain('name="password"');
  });

async function ask(visitor: APIRequestContext, path: string, as?: Person): Promise<Answer> {
  return timed(() => visitor.get(path, { headers: cookieOf(as) }));
}

async function signIn(visitor: APIRequestContext): Promise<Answer> {
  // An account is limited to a few tries: each of these is of another.
  const form = { email: newAddress(), password: "not the password" };
  return timed(() => visitor.post("/sign-in?_action=signIn", { form }));
}

async function startCheckout(visitor: APIRequestContext, as: Person): Promise<Answer> {
  const [course] = await shopServices().database.read<{ id: string }[]>`
    SELECT id
    FROM courses
    WHERE slug = ${COURSE}`;
  return timed(() =>
    visitor.post(`/checkout/${COURSE}?_action=startCheckout`, {
      headers: cookieOf(as),
      form: { courseIds: course?.id ?? "", terms: "on", waiver: "on" },
      timeout: 30_000,
    }),
  );
}

async function timed(send: () => Promise<APIResponse>): Promise<Answer> {
  const startedAt = performance.now();
  const response = await send();
  const html = await response.text();
  return { response, html, durationMs: performance.now() - startedAt };
}

function cookieOf(person: Person | undefined): Record<string, string> {
  return person ? { Cookie: `__Host-session=${person.session}` } : {};
}

function expectPage(answer: Answer, what: string, withinMs: number): void {
  expect.soft(answer.response.status(), what).toBe(200);
  expect.soft(answer.durationMs, what).toBeLessThan(withinMs + SLACK_MS);
  expectSignedIn(answer, what);
}

/** A page in words, in time, that says when to come back and takes nothing from the visitor. */
function expectRefusal(answer: Answer, what: string, withinMs: number): void {
  expect.soft(answer.response.status(), what).toBe(503);
  expect.soft(answer.durationMs, what).toBeLessThan(withinMs + SLACK_MS);
  expect.soft(answer.html, what).toMatch(/<h1>[^<]+<\/h1>/);
  expect.soft(answer.html, what).not.toMatch(/\n\s+at \w|Error:|ECONN|localhost:\d+\/sql/);
  expect.soft(answer.response.headers()["retry-after"], what).toMatch(/^\d+$/);
  expect.soft(answer.response.headers()["cache-control"], what).toContain("no-store");
  expectSignedIn(answer, what);
}

function expectSignedIn({ response }: Answer, what: string): void {
  const cookies = response.headersArray().filter(({ name }) => /^set-cookie$/i.test(name));
  expect.soft(cookies, what).toEqual([]);
}

async function expectRecovery(probe: () => Promise<number>): Promise<void> {
  await expect.poll(probe, { timeout: RECOVERY_MS, intervals: [250] }).toBe(200);
}

async function healthOf(visitor: APIRequestContext): Promise<string> {
  const { status } = (await (await visitor.get("/api/health")).json()) as { status: string };
  return status;
}

async function statusOf(person: Person): Promise<string> {
  const [order] = await shopServices().database.read<{ status: string }[]>`
    SELECT status
    FROM orders
    WHERE user_id = ${person.id}`;
  return order?.status ?? "";
}

async function forgetFreshness(key: string): Promise<void> {
  await shopServices().redis.run((client) => client.del(`cache:v1:${key}:state`));
}
