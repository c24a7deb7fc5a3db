import type { Page } from "@playwright/test";
import { shopServices } from "../support/e2e-shop.ts";
import { listErrors, waitForError } from "../support/e2e-stack.ts";
import { readVariable } from "../support/e2e-variables.ts";
import { expect, test } from "../support/e2e.ts";

test("an error in the browser arrives once, with nothing about the visitor", async ({
  page,
  login,
  pageProblems,
  clientAddress,
}) => {
  const person = await login();
  const health = await page.request.get("/api/health/live");
  const { releaseId } = (await health.json()) as { releaseId: string };
  await page.goto("/account?secret=in-the-address");
  const requestId = await page.locator("html").getAttribute("data-request-id");
  const first = `planted ${crypto.randomUUID()}`;
  await throwIn(page, first);
  const error = await waitForError(({ message }) => message.includes(first));
  expect(error).toMatchObject({
    environment: readVariable("APP_ENV"),
    release: releaseId,
    route: "/account",
    tags: { route: "/account", request_id: requestId },
  });
  const raw = JSON.stringify(error.raw);
  for (const own of [person.email, person.name, person.id, person.session, clientAddress])
    expect.soft(raw).not.toContain(own);
  expect.soft(raw).not.toContain("in-the-address");
  expect.soft(raw).not.toMatch(/cookie|user_agent|ip_address"/i);
  // What is reported later comes later: a second copy of the first would be there by then.
  const second = `planted ${crypto.randomUUID()}`;
  await rejectIn(page, second);
  await waitForError(({ message }) => message.includes(second));
  expect(await listErrors(({ message }) => message.includes(first))).toHaveLength(1);
  const mine = pageProblems.splice(0);
  expect(mine.filter((problem) => !problem.includes("planted"))).toEqual([]);
});

test("an error from before the scripts are there is kept for them", async ({
  page,
  pageProblems,
}) => {
  const { promise: thrown, resolve: goOn } = Promise.withResolvers<null>();
  await page.route("**/_astro/page.*.js", (route) => thrown.then(() => route.continue()));
  await page.goto("/courses");
  const early = `planted ${crypto.randomUUID()}`;
  await throwIn(page, early);
  goOn(null);
  await waitForError(({ message }) => message.includes(early));
  pageProblems.splice(0);
});

test("where nothing is reported, an error loads nothing", async ({ page, pageProblems }) => {
  // As the page is without SENTRY_DSN.
  await page.route("**/courses", async (route) => {
    const response = await route.fetch();
    const html = await response.text();
    await route.fulfill({ response, body: html.replace(/ data-reports="[^"]+"/, "") });
  });
  await page.goto("/courses");
  expect(await page.locator("html").getAttribute("data-reports")).toBeNull();
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await throwIn(page, "planted");
  await expect.poll(() => pageProblems.length).toBe(1);
  // What it would load is asked for in the same task as the error.
  await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
  expect(asked.filter((path) => !path.includes("web-vitals"))).toEqual([]);
  pageProblems.splice(0);
});

test("what a page view measured is counted once by its route, in one beacon", async ({ page }) => {
  // No other test looks at this page, so that its counts are ours.
  const route = "/500";
  await page.addInitScript(countBeacons);
  const viewOnce = async () => {
    const loaded = page.waitForResponse((response) => response.url().includes("web-vitals"));
    await page.goto(route);
    const library = (await loaded).url();
    // The library has run when this import has: it is the same one, and the page asked first.
    await page.evaluate(`import(${JSON.stringify(library)}).then(() => null)`);
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
    await page.getByRole("heading", { level: 1 }).click();
    await page.evaluate(hearOfInput);
    await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
    await forgetLimitOfBeacons();
    await page.goto("/terms");
  };
  const before = await countViews(route);
  await viewOnce();
  expect(await page.evaluate(() => sessionStorage.getItem("beacons"))).toBe("1");
  await expect.poll(() => countViews(route)).toBe(before + 5);
  // A second beacon of the first view would be counted by the time that the second view is.
  await viewOnce();
  await expect.poll(() => countViews(route)).toBe(before + 10);
  for (const metric of ["LCP", "INP", "CLS", "TTFB", "FCP"])
    expect(await countViews(route, metric), metric).toBeGreaterThanOrEqual(2);
});

test("a beacon adds one to each of its counts", async ({ visitor }) => {
  const metrics = { LCP: 1_200, INP: 80, CLS: 0.02, TTFB: 90, FCP: 700 };
  const before = await countViews("/503");
  const answer = await visitor.post("/api/vitals", { data: { route: "/503", metrics } });
  expect(answer.status()).toBe(204);
  expect((await countViews("/503")) - before).toBe(5);
});

// Runs in each page: what is sent while a page is left is no request that the test could see.
function countBeacons(): void {
  const send = navigator.sendBeacon.bind(navigator);
  navigator.sendBeacon = (...sent) => {
    sessionStorage.setItem("beacons", String(Number(sessionStorage.getItem("beacons")) + 1));
    return send(...sent);
  };
}

// Runs in the page: resolves when its observers have the first input.
function hearOfInput(): Promise<unknown> {
  return new Promise((resolve) => {
    new PerformanceObserver(() => resolve(null)).observe({ type: "first-input", buffered: true });
  });
}

// A page that is left takes its test's address along to no request: all tests' beacons share one limit.
async function forgetLimitOfBeacons(): Promise<void> {
  await shopServices().redis.run(async (client) => {
    const keys = await client.keys("limit:vitals:*");
    if (keys.length > 0) await client.del(...keys);
  });
}

async function throwIn(page: Page, message: string): Promise<void> {
  await page.evaluate((text) => {
    setTimeout(() => {
      throw new Error(text);
    });
  }, message);
}

async function rejectIn(page: Page, message: string): Promise<void> {
  await page.evaluate((text) => {
    void Promise.reject(new Error(text));
  }, message);
}

/** How often a metric of a route was counted, or all of them. */
async function countViews(route: string, metric: string | null = null): Promise<number> {
  const [row] = await shopServices().database.read<{ count: number }[]>`
    SELECT coalesce(sum(count), 0)::integer AS count
    FROM web_vitals
    WHERE route = ${route} AND (${metric}::text IS NULL OR metric = ${metric})`;
  return row?.count ?? 0;
}
