import type { APIResponse } from "@playwright/test";
import { COURSE, makePerson, newClientAddress } from "../support/e2e-shop.ts";
import { readVariable } from "../support/e2e-variables.ts";
import { expect, test } from "../support/e2e.ts";

const NOBODY = "00000000-0000-4000-8000-000000000000";
// What would tell a stranger how the shop is made: stacks, SQL, clients, addresses inside.
const INTERNAL =
  /\n\s+at \w|node_modules|\.ts:\d|\bSELECT\b|INSERT INTO|postgres(ql)?:|slipway_app|Zod|Neon|ECONN|127\.0\.0\.1|sk_test_|whsec_/;
const JSON_TYPE = { "Content-Type": "application/json" };
const FORM_TYPE = { "Content-Type": "application/x-www-form-urlencoded" };

const FORMS = [
  "/sign-up?_action=signUp",
  "/sign-up/confirm?_action=confirmSignUp",
  "/sign-in?_action=signIn",
  "/contact?_action=contact",
  `/checkout/${COURSE}?_action=startCheckout`,
  `/courses/${COURSE}/sessions?_action=completeLesson`,
];

const ENDPOINTS = [
  "/api/vitals",
  "/api/errors",
  "/api/stripe/webhook",
  "/api/jobs/outbox",
  ...["signUp", "confirmSignUp", "signIn", "contact", "startCheckout", "completeLesson"].map(
    (name) => `/_actions/${name}`,
  ),
];

const BODIES: { what: string; headers: Record<string, string>; data: string | Buffer }[] = [
  { what: "broken JSON", headers: JSON_TYPE, data: Buffer.from('{"email": ') },
  { what: "JSON of another shape", headers: JSON_TYPE, data: Buffer.from('[{"email":{"$ne":1}}]') },
  { what: "JSON null", headers: JSON_TYPE, data: Buffer.from("null") },
  { what: "no fields", headers: FORM_TYPE, data: "" },
  { what: "unknown fields", headers: FORM_TYPE, data: "__proto__=1&constructor=2" },
  { what: "NUL", headers: FORM_TYPE, data: everyField("%00") },
  { what: "half a character", headers: FORM_TYPE, data: everyField("%ED%A0%80") },
  { what: "bytes that are no UTF-8", headers: FORM_TYPE, data: everyField("%FF%FE") },
  { what: "repeated fields", headers: FORM_TYPE, data: `${everyField("1")}&${everyField("2")}` },
  { what: "line breaks", headers: FORM_TYPE, data: everyField("a%0D%0ABcc:%20x@y.example") },
  { what: "text", headers: { "Content-Type": "text/plain" }, data: "hello" },
  { what: "no known type", headers: { "Content-Type": "nonsense/;;" }, data: "hello" },
  {
    what: "a form that breaks off",
    headers: { "Content-Type": "multipart/form-data; boundary=x" },
    data: '--x\r\nContent-Disposition: form-data; name="email"\r\n\r\nhalf',
  },
  {
    what: "a form without a boundary",
    headers: { "Content-Type": "multipart/form-data" },
    data: "--x",
  },
  {
    what: "a file where text should be",
    headers: { "Content-Type": "multipart/form-data; boundary=x" },
    data: '--x\r\nContent-Disposition: form-data; name="email"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nhi\r\n--x--\r\n',
  },
];

for (const path of [...FORMS, ...ENDPOINTS])
  test(`${path} refuses what it can't mean`, async ({ visitor }) => {
    const person = await makePerson();
    for (const { what, headers, data } of BODIES) {
      const response = await visitor.post(path, {
        headers: {
          ...headers,
          "CF-Connecting-IP": newClientAddress(),
          Cookie: `__Host-session=${person.session}`,
        },
        data,
      });
      expect.soft(response.status(), what).toBeGreaterThanOrEqual(400);
      expect.soft(response.status(), what).toBeLessThan(500);
      expect.soft(await response.text(), what).not.toMatch(INTERNAL);
    }
  });

for (const path of [...FORMS, ...ENDPOINTS, "/", "/api/nothing"])
  test(`${path} takes no body of two megabytes`, async ({ visitor }) => {
    const data = `name=${"a".repeat(2_000_000)}`;
    const response = await visitor.post(path, { headers: FORM_TYPE, data });
    expect(response.status()).toBe(413);
    expect(await response.text()).not.toMatch(INTERNAL);
  });

test("a body that does not say how long it is ends at the same length", async () => {
  const chunk = new Uint8Array(100_000).fill(97);
  let sent = 0;
  const body = new ReadableStream({
    pull(controller) {
      sent += 1;
      if (sent > 20) controller.close();
      else controller.enqueue(chunk);
    },
  });
  const response = await fetch(new URL("/api/vitals", readVariable("SITE_URL")), {
    method: "POST",
    headers: { ...JSON_TYPE, Origin: readVariable("SITE_URL") },
    body,
    duplex: "half",
  } as RequestInit);
  expect(response.status).toBe(413);
});

test("forms name each field that is wrong", async ({ visitor }) => {
  const refused = await visitor.post("/sign-up?_action=signUp", {
    form: { name: "a\0b", email: "nobody", password: "short", terms: "maybe" },
  });
  expect(refused.status()).toBe(400);
  const html = await refused.text();
  for (const id of ["name-error", "email-error", "password-error", "terms-error"])
    expect(html).toContain(`id="${id}"`);
  expect(html, "a password is never sent back").not.toContain('value="short"');
});

test("the vitals endpoint names each field that is wrong", async ({ visitor }) => {
  const refused = await visitor.post("/api/vitals", {
    data: { route: "/nowhere", metrics: { LCP: "fast", XYZ: 1 } },
  });
  expect(refused.status()).toBe(400);
  const { errors } = (await refused.json()) as { errors: Record<string, string[]> };
  expect(Object.keys(errors).sort()).toEqual(["metrics", "metrics.LCP", "route"]);
});

test("addresses and cookies of any kind never break a page", async ({ visitor }) => {
  const paths = [
    "/courses?topic=nothing&level[]=x",
    "/courses?q=%00",
    "/courses?q=%ED%A0%80",
    "/courses?q=%",
    `/courses?q=${"a".repeat(3_000)}`,
    "/courses?after=1.zzz",
    "/courses?after=99999999999999999999.x",
    "/courses?topic=payments&topic=data&topic=__proto__",
    "/courses/%00",
    "/courses/%ED%A0%80",
    "/courses/..%2f..%2fetc%2fpasswd",
    "/courses/constructor",
    `/courses/${"a".repeat(2_000)}`,
    `/courses/${COURSE}/'%20OR%201=1`,
    "/orders/1",
    `/orders/${NOBODY}`,
    "/orders/%22%3E%3Cscript%3E",
    "/checkout/return?session_id=cs_'--",
    "/checkout/return?session_id=cs_test_unknown",
    "/checkout/nothing",
    "/sign-in?next=//evil.example&next=javascript:alert(1)",
    "/sign-up/confirm?registration=x&token=y",
    `/sign-up/confirm?registration=${NOBODY}&token=${"t".repeat(43)}`,
    "/api/orders/1",
    `/api/orders/${NOBODY}`,
    "/api/%00",
    "/_actions/nothing",
    "/_actions/__proto__",
    "/?_action=nothing",
    "/%2e%2e/secret",
    `${readVariable("SITE_URL")}//evil.example/`,
    "/wp-login.php",
    "/.env",
  ];
  const person = await makePerson();
  const cookies = [
    `__Host-session=${person.session}`,
    "__Host-session=short; __Host-registration=x; __Host-confirmation=..",
    `__Host-session=${"%00".repeat(14)}; =;;; a`,
    `__Host-confirmation=${NOBODY}.${"t".repeat(43)}`,
  ];
  for (const path of paths)
    for (const Cookie of cookies) {
      const response = await visitor.get(path, { headers: { Cookie } });
      expect.soft(response.status(), `${path} with ${Cookie}`).toBeLessThan(500);
      expect.soft(response.headers().location ?? "", path).not.toMatch(/evil|javascript/);
      // A page that works may show code of the lessons.
      if (!response.ok()) expect.soft(await response.text(), path).not.toMatch(INTERNAL);
    }
});

test("what can be read can be asked for without its body", async ({ visitor }) => {
  for (const path of ["/", "/api/health", "/api/health/live", "/robots.txt", "/sitemap.xml"]) {
    const response = await visitor.head(path);
    expect.soft(response.status(), path).toBe(200);
    expect.soft(await response.text(), path).toBe("");
  }
});

test("a method that means nothing here is 405 and says which do", async ({ visitor }) => {
  const allowed: [string, string[], string][] = [
    ["/", ["PUT", "DELETE", "PATCH", "OPTIONS", "POST"], "GET, HEAD"],
    [`/courses/${COURSE}`, ["PUT", "POST"], "GET, HEAD"],
    ["/api/health", ["POST"], "GET, HEAD"],
    ["/api/health/live", ["POST"], "GET, HEAD"],
    ["/api/vitals", ["GET"], "POST"],
    ["/api/errors", ["GET"], "POST"],
    ["/api/stripe/webhook", ["GET"], "POST"],
    ["/api/jobs/outbox", ["GET"], "POST"],
    [`/api/orders/${NOBODY}`, ["POST"], "GET, HEAD"],
    ["/robots.txt", ["POST"], "GET, HEAD"],
  ];
  for (const [path, methods, allow] of allowed)
    for (const method of methods) {
      const response = await visitor.fetch(path, { method });
      expect.soft(response.status(), `${method} ${path}`).toBe(405);
      expect.soft(response.headers().allow, `${method} ${path}`).toBe(allow);
    }
  for (const method of ["PUT", "DELETE"]) {
    const response = await visitor.fetch("/api/vitals", { method });
    expect.soft(response.status()).toBe(405);
    expect.soft(response.headers().allow).toContain("POST");
  }
});

test("a request that another site began does nothing", async ({ visitor }) => {
  const foreign = [
    { Origin: "https://evil.example" },
    { Origin: "null" },
    { Origin: readVariable("SITE_URL"), "Sec-Fetch-Site": "cross-site" },
    { Origin: readVariable("SITE_URL"), "Sec-Fetch-Site": "same-site" },
  ];
  for (const headers of foreign)
    for (const path of [
      ...FORMS,
      "/sign-out?_action=signOut",
      "/api/vitals",
      "/_actions/signOut",
    ]) {
      const response = await visitor.post(path, { headers, form: { email: "a@b.example" } });
      expect.soft(response.status(), `${path} ${JSON.stringify(headers)}`).toBe(403);
    }
});

test("machines prove themselves", async ({ visitor }) => {
  const unsigned = await visitor.post("/api/stripe/webhook", { data: { id: "evt_1" } });
  expect(unsigned.status()).toBe(400);
  expect((await visitor.post("/api/jobs/outbox")).status()).toBe(401);
  const secret = { Authorization: `Bearer ${readVariable("JOBS_SECRET")}` };
  expect((await visitor.post("/api/jobs/outbox", { headers: secret })).status()).toBe(200);
  expect((await visitor.post("/api/jobs/nothing", { headers: secret })).status()).toBe(404);
});

test("every kind of answer carries the security headers", async ({ visitor }) => {
  const home = await (await visitor.get("/")).text();
  const style = /href="(\/_astro\/[^"]+\.css)"/.exec(home)?.[1] ?? "";
  const answers: Record<string, APIResponse> = {
    page: await visitor.get("/"),
    "legal page": await visitor.get("/terms"),
    "not found": await visitor.get("/nowhere"),
    redirect: await visitor.get("/account"),
    endpoint: await visitor.get("/api/health"),
    "no endpoint": await visitor.get("/api/nothing"),
    "wrong method": await visitor.put("/"),
    "too large": await visitor.post("/", { data: "a".repeat(300_000) }),
    "from elsewhere": await visitor.post("/sign-in?_action=signIn", {
      headers: { Origin: "https://evil.example" },
    }),
    robots: await visitor.get("/robots.txt"),
    style: await visitor.get(style),
    icon: await visitor.get("/favicon.svg"),
    font: await visitor.get("/fonts/archivo-heading.woff2"),
  };
  for (const [what, answer] of Object.entries(answers)) {
    const headers = answer.headers();
    expect.soft(headers["strict-transport-security"], what).toMatch(/max-age=\d{8}/);
    expect.soft(headers["x-content-type-options"], what).toBe("nosniff");
    expect.soft(headers["x-frame-options"], what).toBe("DENY");
    expect.soft(headers["referrer-policy"], what).toBe("strict-origin-when-cross-origin");
    expect.soft(headers["permissions-policy"], what).toContain("camera=()");
    expect.soft(headers["cross-origin-opener-policy"], what).toBe("same-origin");
    const policy = headers["content-security-policy"] ?? "";
    expect.soft(policy.match(/frame-ancestors 'none'/g), what).toHaveLength(1);
    expect.soft(policy, what).not.toMatch(/unsafe-(inline|eval)|\*/);
  }
});

test("what is somebody's own is never kept by a cache", async ({ visitor }) => {
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

test("crawlers find the rules, the list of pages and what a course is", async ({ visitor }) => {
  const robots = await (await visitor.get("/robots.txt")).text();
  expect(robots, "nothing but production may be indexed").toContain("Disallow: /\n");
  expect(robots).toContain(`Sitemap: ${readVariable("SITE_URL")}/sitemap.xml`);
  const sitemap = await visitor.get("/sitemap.xml");
  expect(sitemap.headers()["content-type"]).toContain("xml");
  const addresses = [...(await sitemap.text()).matchAll(/<loc>([^<]+)<\/loc>/g)];
  const paths = addresses.map(([, address = ""]) => new URL(address).pathname);
  expect(paths).toContain(`/courses/${COURSE}`);
  for (const path of paths) expect.soft((await visitor.get(path)).status(), path).toBe(200);
  const html = await (await visitor.get(`/courses/${COURSE}`)).text();
  const json = /<script type="application\/ld\+json">([^<]+)<\/script>/.exec(html)?.[1] ?? "";
  expect(JSON.parse(json)).toMatchObject({
    "@type": "Course",
    name: "Redis beyond caching",
    offers: { "@type": "Offer", price: "39.00", priceCurrency: "EUR" },
  });
});

test("health is for everybody, its checks for operators", async ({ visitor }) => {
  const plain = await visitor.get("/api/health");
  expect(plain.headers()["content-type"]).toContain("application/health+json");
  expect(Object.keys((await plain.json()) as object).sort()).toEqual(["releaseId", "status"]);
  const headers = { Authorization: `Bearer ${readVariable("OPERATOR_TOKEN")}` };
  const full = await visitor.get("/api/health/ready", { headers });
  expect(await full.json()).toMatchObject({ checks: { database: { status: "pass" } } });
});

/** A form's body in which every field that some form has is the same. */
function everyField(value: string): string {
  const names = ["name", "email", "password", "terms", "message", "code", "courseId", "lessonId"];
  return [...names, "done", "next"].map((name) => `${name}=${value}`).join("&");
}
