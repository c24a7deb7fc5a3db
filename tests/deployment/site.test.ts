import { expect, test, type APIResponse } from "@playwright/test";

const { DEPLOYMENT_RELEASE = "", SITE_URL = "" } = process.env;
const isLocal = ["localhost", "127.0.0.1"].includes(
  new URL(SITE_URL || "http://localhost").hostname,
);

const REQUIRED_HEADERS = {
  "strict-transport-security": /max-age=\d{8,}/,
  "x-content-type-options": /^nosniff$/,
  "x-frame-options": /^DENY$/i,
  "referrer-policy": /./,
  "permissions-policy": /camera=\(\)/,
  "content-security-policy": /frame-ancestors 'none'/,
};

function expectSecure(response: APIResponse, what: string): void {
  for (const [name, value] of Object.entries(REQUIRED_HEADERS))
    expect(response.headers()[name] ?? "", `${what}: ${name}`).toMatch(value);
}

test("the shop says that it is healthy", async ({ request }, info) => {
  const response = await request.get("/api/health");
  expect(response.status()).toBe(200);
  expect(response.headers()["content-type"]).toContain("application/health+json");
  const { status } = (await response.json()) as { status: string };
  // Late mail or a silent Stripe is not the release's doing, and must not keep a repair from going out.
  expect(["pass", "warn"]).toContain(status);
  if (status === "warn") {
    const description = "/api/health warns: with the operator's token it says of what.";
    info.annotations.push({ type: "warning", description });
  }
});

test("the commit that was deployed is the one that answers", async ({ request }) => {
  test.skip(DEPLOYMENT_RELEASE === "", "No release was named (--any-release).");
  const { releaseId } = (await (await request.get("/api/health/live")).json()) as {
    releaseId: string;
  };
  expect(releaseId).toBe(DEPLOYMENT_RELEASE);
});

test("checks of single services are for operators only", async ({ request }) => {
  expect(await (await request.get("/api/health")).json()).not.toHaveProperty("checks");
});

test("security headers are on a page, an error, an answer for machines and a static file", async ({
  request,
}) => {
  expectSecure(await request.get("/"), "home");
  expectSecure(await request.get("/deployment-test/nothing"), "404");
  expectSecure(await request.get("/api/health/live"), "API");
  expectSecure(await request.get("/favicon.svg"), "static file");
});

test("pages allow no inline script but their own, and no foreign one", async ({ request }) => {
  const policy = (await request.get("/")).headers()["content-security-policy"] ?? "";
  expect(policy).toMatch(/default-src 'none'/);
  expect(policy).toMatch(/script-src 'self'/);
  expect(policy).not.toMatch(/unsafe-inline|unsafe-eval/);
});

test("the legal pages name who runs the shop", async ({ request }) => {
  test.skip(isLocal, "Nobody runs the local shop.");
  // src/components/operator.ts: whoever sells must say who they are.
  const terms = await (await request.get("/terms")).text();
  expect(terms, "OPERATOR is still the example").not.toContain("This shop is an example");
});

test("the catalogue lists courses with prices, and a course can be opened", async ({ page }) => {
  await page.goto("/courses");
  const courses = page.getByRole("list", { name: "Courses" }).getByRole("listitem");
  expect(await courses.count()).toBeGreaterThan(0);
  await expect(courses.first()).toContainText(/[€$£¥]\s?\d/);
  await courses.first().getByRole("link").click();
  await expect(page.getByRole("heading", { name: "Curriculum" })).toBeVisible();
  await expect(page.getByRole("link", { name: /^Buy/ }).first()).toBeVisible();
});

test("the sign-in page has its form, and a wrong password is refused in words", async ({
  page,
}) => {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail address").fill("deployment-test@example.invalid");
  await page.getByRole("textbox", { name: "Password" }).fill("not a password of anybody");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toContainText("don't belong together");
});

test("what is private sends visitors to sign in", async ({ request }) => {
  const response = await request.get("/learn", { maxRedirects: 0 });
  expect(response.status()).toBe(303);
  expect(response.headers().location).toContain("/sign-in?next=");
});

test("an unknown page is a 404 in words, an unknown API path a 404 in JSON", async ({
  page,
  request,
}) => {
  const response = await page.goto("/deployment-test/nothing");
  expect(response?.status()).toBe(404);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  const api = await request.get("/api/deployment-test");
  expect(api.status()).toBe(404);
  expect(api.headers()["content-type"]).toContain("application/problem+json");
});

test("the home page and its assets load without an error", async ({ page }) => {
  const problems: string[] = [];
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("requestfailed", (request) => problems.push(`${request.url()} did not load`));
  page.on("response", (response) => {
    if (response.status() >= 400) problems.push(`${response.url()}: ${response.status()}`);
  });
  await page.goto("/", { waitUntil: "networkidle" });
  expect(problems).toEqual([]);
  const size = await page.evaluate(() => getComputedStyle(document.body).display);
  expect(size, "the style sheet was applied").toBe("grid");
});

test("the webhook refuses what Stripe did not sign", async ({ request }) => {
  const event = { id: "evt_deployment_test", type: "checkout.session.completed" };
  const unsigned = await request.post("/api/stripe/webhook", { data: event });
  expect(unsigned.status()).toBe(400);
  const headers = { "stripe-signature": `t=${Math.floor(Date.now() / 1000)},v1=${"0".repeat(64)}` };
  const forged = await request.post("/api/stripe/webhook", { data: event, headers });
  expect(forged.status()).toBe(400);
});

test("jobs refuse who does not know the secret", async ({ request }) => {
  const response = await request.post("/api/jobs/outbox", {
    headers: { authorization: "Bearer guess" },
  });
  expect([401, 403]).toContain(response.status());
});

test("a form from another site is refused", async ({ request }) => {
  const response = await request.post("/sign-in?_action=signIn", {
    form: { email: "a@example.invalid", password: "x" },
    headers: { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
  });
  expect(response.status()).toBe(403);
});

test("S59: plain http leads to https", async ({ request }) => {
  test.skip(isLocal, "A local shop has no TLS in front of it.");
  const response = await request.get(SITE_URL.replace("https:", "http:"), { maxRedirects: 0 });
  expect([301, 302, 307, 308]).toContain(response.status());
  expect(response.headers().location).toMatch(/^https:/);
});
