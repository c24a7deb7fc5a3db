import { COURSE, makePerson, newClientAddress } from "../support/e2e-shop.ts";
import { INTERNAL } from "../support/e2e-internals.ts";
import { readVariable } from "../support/e2e-variables.ts";
import { expect, test } from "../support/e2e.ts";

const NOBODY = "00000000-0000-4000-8000-000000000000";
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
  "/api/email/events",
  "/api/jobs/outbox",
  ...[
    "signUp",
    "confirmSignUp",
    "signIn",
    "contact",
    "startCheckout",
    "addToCart",
    "removeFromCart",
    "completeLesson",
  ].map((name) => `/_actions/${name}`),
];

const BODIES: { what: string; headers: Record<string, string>; data: string | Buffer }[] = [
  { what: "broken JSON", headers: JSON_TYPE, data: Buffer.from('{"email": ') },
  { what: "JSON of another shape", headers: JSON_TYPE, data: Buffer.from('[{"email":{"$ne":1}}]') },
  { what: "JSON null", headers: JSON_TYPE, data: Buffer.from("null") },
  { what: "no fields", headers: FORM_TYPE, data: "" },
  { what: "unknown fields", headers: FORM_TYPE, data: "__proto__=1&constructor=2" },
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
    data: [
      "--x",
      'Content-Disposition: form-data; name="email"; filename="a.txt"',
      "Content-Type: text/plain",
      "",
      "hi",
      "--x--",
      "",
    ].join("\r\n"),
  },
];

for (const path of [...FORMS, ...ENDPOINTS])
  test(`S34 S43: ${path} refuses what it can't mean`, async ({ visitor }) => {
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
  test(`S41: ${path} takes no body of two megabytes`, async ({ visitor }) => {
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

test("S41: what looks like a template is text", async ({ visitor }) => {
  const sum = "1234567*9";
  const typed = `{{${sum}}} \${${sum}} <%= ${sum} %> #{${sum}} {${sum}}`;
  const form = { name: typed, email: typed, password: "short" };
  const pages = [
    await visitor.get(`/courses?q=${encodeURIComponent(typed)}`),
    await visitor.post("/sign-up?_action=signUp", { form }),
    await visitor.post("/contact?_action=contact", { form: { name: typed, email: typed } }),
  ];
  // As a browser shows it.
  for (const page of pages) {
    const html = (await page.text()).replaceAll("&lt;", "<").replaceAll("&#60;", "<");
    expect.soft(html.replaceAll("&gt;", ">").replaceAll("&#62;", ">")).toContain(typed);
    expect.soft(html, "it was worked out").not.toContain("11111103");
  }
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
      const headers = { Cookie, "CF-Connecting-IP": newClientAddress() };
      const response = await visitor.get(path, { headers });
      expect.soft(response.status(), `${path} with ${Cookie}`).toBeLessThan(500);
      expect.soft(response.headers().location ?? "", path).not.toMatch(/evil|javascript/);
      // A page that works may show code of the lessons.
      if (!response.ok()) expect.soft(await response.text(), path).not.toMatch(INTERNAL);
    }
});

test("a method that means nothing here is 405 and says which do", async ({ visitor }) => {
  const allowed: [string, string[], string][] = [
    ["/", ["PUT", "DELETE", "PATCH", "OPTIONS", "POST"], "GET, HEAD"],
    [`/courses/${COURSE}`, ["PUT", "POST"], "GET, HEAD"],
    ["/api/health", ["POST", "PUT"], "GET, HEAD"],
    ["/api/health/live", ["POST"], "GET, HEAD"],
    ["/api/vitals", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"], "POST"],
    ["/api/errors", ["GET"], "POST"],
    ["/api/stripe/webhook", ["GET", "PUT"], "POST"],
    ["/api/email/events", ["GET"], "POST"],
    ["/api/jobs/outbox", ["GET"], "POST"],
    [`/api/orders/${NOBODY}`, ["POST"], "GET, HEAD"],
    ["/robots.txt", ["POST"], "GET, HEAD"],
    ["/sign-in?_action=signIn", ["PUT", "DELETE"], "GET, HEAD, POST"],
    ["/_actions/signIn", ["GET", "HEAD", "PUT"], "POST"],
  ];
  for (const [path, methods, allow] of allowed)
    for (const method of methods) {
      const response = await visitor.fetch(path, { method });
      expect.soft(response.status(), `${method} ${path}`).toBe(405);
      expect.soft(response.headers().allow, `${method} ${path}`).toBe(allow);
    }
});

test("S51: a request that another site began does nothing", async ({ visitor }) => {
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
