import type { APIResponse } from "@playwright/test";
import { findPolicyProblems } from "../../scripts/csp-problems.ts";
import { COURSE, makePerson } from "../support/e2e-shop.ts";
import { readVariable } from "../support/e2e-variables.ts";
import { expect, test } from "../support/e2e.ts";

// Files of our own and pages of others' making. Pages keeps the Worker and its rules (`/_worker.js`,
// `/_headers`) to itself, which wrangler's own server shows.
const NOT_SERVED = `
  .git/HEAD .git/config .git/logs/HEAD .gitignore .github/workflows/ci.yml .vscode/settings.json
  .env .env.local .env.production .env.example .dev.vars .npmrc .DS_Store .wrangler/state
  .data/stack.json .astro/types.d.ts package.json package-lock.json tsconfig.json wrangler.toml
  node_modules/astro/package.json astro.config.mjs eslint.config.js vitest.config.ts README.md
  CHANGELOG.md docs docs/security.md tests scripts/db.ts local src/worker.ts src/lib/tokens.ts
  server/entry.mjs dist _astro/ _astro database/schema.sql backup.sql dump.sql.gz db.sqlite site.zip
  index.html.bak debug test status server-status metrics actuator/env trace.axd admin.php phpinfo.php
  phpmyadmin wp-admin wp-login.php xmlrpc.php cgi-bin/x api/docs api/debug api/swagger.json
  openapi.json swagger graphql graphiql @vite/client @fs/etc/passwd __debug__ _image
  _image?href=/favicon.svg _image?href=data:image/svg%2bxml,x _server-islands/Account?s=1`
  .trim()
  .split(/\s+/);

/** What a page loads at once and what it loads late. */
function scriptsOf(html: string): string[] {
  return [...html.matchAll(/(?:src|data-late)="(\/_astro\/[^"]+\.js)"/g)].map(
    ([, path = ""]) => path,
  );
}

test("machines prove themselves", async ({ visitor }) => {
  const unsigned = await visitor.post("/api/stripe/webhook", { data: { id: "evt_1" } });
  expect(unsigned.status()).toBe(400);
  expect((await visitor.post("/api/jobs/outbox")).status()).toBe(401);
  const secret = { Authorization: `Bearer ${readVariable("JOBS_SECRET")}` };
  expect((await visitor.post("/api/jobs/outbox", { headers: secret })).status()).toBe(200);
  expect((await visitor.post("/api/jobs/nothing", { headers: secret })).status()).toBe(404);
});

test("S53 S54 S55 S56 S57: every kind of answer carries the security headers", async ({
  visitor,
}) => {
  const home = await (await visitor.get("/")).text();
  const [script = "no script"] = scriptsOf(home);
  const answers: Record<string, APIResponse> = {
    page: await visitor.get("/"),
    "legal page": await visitor.get("/terms"),
    "not found": await visitor.get("/nowhere"),
    redirect: await visitor.get("/account"),
    "redirect of a slash": await visitor.get("/courses/"),
    "redirect of a well-known address": await visitor.get("/.well-known/change-password"),
    "security.txt": await visitor.get("/.well-known/security.txt"),
    sitemap: await visitor.get("/sitemap.xml"),
    "bad address": await visitor.get("/courses?q=%00"),
    "refused form": await visitor.post("/sign-in?_action=signIn", { form: { email: "nobody" } }),
    "form of machines": await visitor.post("/_actions/signIn", { form: { email: "nobody" } }),
    "not signed in": await visitor.post("/api/jobs/outbox"),
    endpoint: await visitor.get("/api/health"),
    "no endpoint": await visitor.get("/api/nothing"),
    "wrong method": await visitor.put("/"),
    "too large": await visitor.post("/", { data: "a".repeat(300_000) }),
    "from elsewhere": await visitor.post("/sign-in?_action=signIn", {
      headers: { Origin: "https://evil.example" },
    }),
    robots: await visitor.get("/robots.txt"),
    script: await visitor.get(script),
    icon: await visitor.get("/favicon.svg"),
    "no file": await visitor.get("/_astro/nothing.js"),
  };
  for (const [what, answer] of Object.entries(answers)) {
    const headers = answer.headers();
    expect
      .soft(headers["strict-transport-security"], what)
      .toBe("max-age=63072000; includeSubDomains; preload");
    expect.soft(headers["cross-origin-resource-policy"], what).toBe("same-origin");
    expect.soft(headers["access-control-allow-origin"], what).toBeUndefined();
    expect.soft(headers.server ?? "", what).not.toMatch(/\d/);
    // A module is UTF-8 whatever its type says (RFC 9239), and so is JSON.
    if ((await answer.body()).length > 0)
      expect.soft(headers["content-type"], what).toMatch(/charset=utf-8|json|svg|javascript/i);
    expect.soft(headers["x-content-type-options"], what).toBe("nosniff");
    expect.soft(headers["x-frame-options"], what).toBe("DENY");
    expect.soft(headers["referrer-policy"], what).toBe("strict-origin-when-cross-origin");
    expect.soft(headers["permissions-policy"], what).toContain("camera=()");
    expect.soft(headers["cross-origin-opener-policy"], what).toBe("same-origin");
    const policy = headers["content-security-policy"] ?? "";
    expect.soft(policy.match(/frame-ancestors 'none'/g), what).toHaveLength(1);
    expect.soft(policy, what).not.toMatch(/unsafe-(inline|eval)|\*/);
    // The local Stripe is no https address; files are no documents, and have no policy but for frames.
    const isFile = !headers["x-request-id"] && policy === "frame-ancestors 'none'";
    const hosted = policy.replaceAll(/ http:\/\/localhost:\d+/g, "");
    if (!isFile) expect.soft(findPolicyProblems(hosted), what).toEqual([]);
    // What the evaluator asks of no policy like ours.
    const isPage = headers["content-type"]?.startsWith("text/html");
    const closed = ["default-src 'none'", "base-uri 'none'"];
    if (isPage) closed.push("object-src 'none'", "form-action 'self' ");
    if (!isFile) for (const part of closed) expect.soft(policy, what).toContain(part);
  }
});

test("S64: what is somebody's own is never kept by a cache", async ({ visitor }) => {
  const { session } = await makePerson();
  for (const path of ["/", "/learn", "/account", `/checkout/${COURSE}`, "/sign-in", "/nowhere"]) {
    const response = await visitor.get(path, { headers: { Cookie: `__Host-session=${session}` } });
    expect.soft(response.headers()["cache-control"], path).toContain("no-store");
  }
});

test("an API address that is nobody's is a JSON 404", async ({ visitor }) => {
  for (const path of ["/api", "/api/nothing", "/api/orders/x/y"]) {
    const response = await visitor.get(path);
    expect.soft(response.status(), path).toBe(404);
    expect.soft(response.headers()["content-type"], path).toContain("application/problem+json");
    expect.soft(await response.json(), path).toMatchObject({ status: 404, title: "Not found" });
  }
});

test("what can be read can be asked for without its body", async ({ visitor }) => {
  const picture = `/courses/${COURSE}/social.png`;
  for (const path of [
    "/",
    "/api/health",
    "/api/health/live",
    "/robots.txt",
    "/sitemap.xml",
    picture,
  ]) {
    const response = await visitor.head(path);
    expect.soft(response.status(), path).toBe(200);
    expect.soft(await response.text(), path).toBe("");
  }
});

test("crawlers find the rules, the list of pages and what a course is", async ({ visitor }) => {
  const robots = await (await visitor.get("/robots.txt")).text();
  expect(robots, "nothing but production may be indexed").toContain("Disallow: /\n");
  expect(robots).toContain(`Sitemap: ${readVariable("SITE_URL")}/sitemap.xml`);
  const sitemap = await visitor.get("/sitemap.xml");
  expect(sitemap.headers()["content-type"]).toContain("xml");
  const addresses = [...(await sitemap.text()).matchAll(/<loc>([^<]+)<\/loc>/g)];
  const paths = addresses.map(([, address = ""]) => new URL(address).pathname);
  expect(paths).toContain(`/courses/${COURSE}`);
  expect(paths).toContain("/courses/production-deployment/what-production-means");
  for (const path of paths) expect.soft((await visitor.get(path)).status(), path).toBe(200);
  const html = await (await visitor.get(`/courses/${COURSE}`)).text();
  const json = /<script type="application\/ld\+json">([^<]+)<\/script>/.exec(html)?.[1] ?? "";
  const address = `${readVariable("SITE_URL")}/courses/${COURSE}`;
  expect(html).toContain(`<link rel="canonical" href="${address}">`);
  expect(html).toContain(`<meta property="og:url" content="${address}">`);
  expect(html).toContain(`<meta property="og:image" content="${address}/social.png">`);
  expect(JSON.parse(json)).toMatchObject({
    "@type": "Course",
    name: "Redis beyond caching",
    url: address,
    offers: { "@type": "Offer", price: "39.00", priceCurrency: "EUR" },
  });
});

test("a shared link shows the course's own picture", async ({ visitor }) => {
  const response = await visitor.get(`/courses/${COURSE}/social.png`);
  expect(response.headers()).toMatchObject({
    "content-type": "image/png",
    "cache-control": "public, max-age=86400",
  });
  // The size stands in a PNG's first chunk (PNG specification, 11.2.1).
  const picture = await response.body();
  expect([picture.readUInt32BE(16), picture.readUInt32BE(20)]).toEqual([1200, 630]);
  const none = await visitor.get("/courses/nowhere/social.png", { maxRedirects: 0 });
  expect(none.headers().location, "the shop's own").toBe("/social.png");
});

test("health is for everybody, its checks for operators", async ({ visitor }) => {
  const plain = await visitor.get("/api/health");
  expect(plain.headers()["content-type"]).toContain("application/health+json");
  expect(Object.keys((await plain.json()) as object).sort()).toEqual(["releaseId", "status"]);
  const headers = { Authorization: `Bearer ${readVariable("OPERATOR_TOKEN")}` };
  const full = await visitor.get("/api/health/ready", { headers });
  expect(await full.json()).toMatchObject({ checks: { database: [{ status: "pass" }] } });
});

test("S61: nothing is served that was not meant to be", async ({ visitor }) => {
  expect(NOT_SERVED.length).toBeGreaterThanOrEqual(60);
  for (const path of NOT_SERVED)
    expect.soft((await visitor.get(`/${path}`)).status(), path).toBe(404);
  const home = await (await visitor.get("/")).text();
  const scripts = scriptsOf(home);
  expect(scripts).not.toEqual([]);
  for (const script of scripts) {
    expect.soft((await visitor.get(`${script}.map`)).status(), script).toBe(404);
    expect.soft(await (await visitor.get(script)).text()).not.toContain("sourceMappingURL");
  }
});

test("S61: TRACE is refused, and echoes nothing", async ({ visitor }) => {
  const answer = await visitor.fetch("/", { method: "TRACE", headers: { "X-Secret": "echo" } });
  expect(answer.status()).toBe(405);
  expect(await answer.text()).not.toContain("echo");
});

test("where to report a weakness, and where to change a password", async ({ visitor }) => {
  const file = await visitor.get("/.well-known/security.txt");
  expect(file.headers()["content-type"]).toBe("text/plain; charset=utf-8");
  const text = await file.text();
  expect(text).toContain(`Canonical: ${readVariable("SITE_URL")}/.well-known/security.txt`);
  const [, expires = ""] = /^Expires: (.+)$/m.exec(text) ?? [];
  expect(Date.parse(expires)).toBeGreaterThan(Date.now());
  const change = await visitor.get("/.well-known/change-password");
  expect(change.status()).toBe(303);
  expect(change.headers().location).toBe("/account/security");
  const probe = "resource-that-should-not-exist-whose-status-code-should-not-be-200";
  expect((await visitor.get(`/.well-known/${probe}`)).status()).toBe(404);
});
