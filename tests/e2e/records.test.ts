import type { APIRequestContext, APIResponse } from "@playwright/test";
import { makePersonWithPassword, PASSWORD } from "../support/e2e-account.ts";
import { eventsOf, logLine, ownLines, readLog } from "../support/e2e-log.ts";
import { COURSE, makePerson, newAddress, newClientAddress } from "../support/e2e-shop.ts";
import { clearFaults, listErrors, setFaults } from "../support/e2e-stack.ts";
import { readVariable } from "../support/e2e-variables.ts";
import { expect, test } from "../support/e2e.ts";

// Runs after all the others: what they left in the log and in the reports is read here.

const NOBODY = "00000000-0000-4000-8000-000000000000";
const SECRETS = [
  "DATABASE_URL",
  "UPSTASH_REDIS_REST_TOKEN",
  "JWT_SECRET",
  "STRIPE_SECRET_KEY",
  "STRIPE_WEBHOOK_SECRET",
  "EMAIL_PASSWORD",
  "GOOGLE_CLIENT_SECRET",
  "JOBS_SECRET",
  "OPERATOR_TOKEN",
];

type Trigger = (visitor: APIRequestContext) => Promise<APIResponse>;

const TRIGGERS: [what: string, event: string, trigger: Trigger][] = [
  ["a sign-in", "signed-in", async (v) => signIn(v, await someone(), PASSWORD)],
  ["a wrong password", "sign-in-failed", async (v) => signIn(v, await someone(), "not the one")],
  ["an unknown address", "sign-in-failed", (v) => signIn(v, newAddress(), PASSWORD)],
  ["a page for who is signed in", "access-refused", (v) => v.get("/account")],
  ["an endpoint for who is signed in", "access-refused", (v) => v.get(`/api/orders/${NOBODY}`)],
  ["a lesson that is not one's own", "access-refused", readLesson],
  ["an admin's page", "access-refused", async (v) => v.get("/admin", await as("learner"))],
  ["an admin's action by support", "access-refused", resyncAsSupport],
  ["a job without its secret", "access-refused", (v) => v.post("/api/jobs/outbox")],
  ["a limit", "limit-met", meetLimit],
  ["another site's form", "cross-site-request-refused", postFromElsewhere],
  ["a wrong signature of Stripe", "stripe-signature-refused", (v) => v.post("/api/stripe/webhook")],
  ["a wrong signature of mail", "mail-signature-refused", (v) => v.post("/api/email/events")],
];

for (const [what, event, trigger] of TRIGGERS)
  test(`S78: ${what} is one event in the log`, async ({ visitor }) => {
    const answer = await trigger(visitor);
    const events = await eventsOf(answer.headers()["x-request-id"]);
    expect(events.map((line) => line.event)).toEqual([event]);
  });

test("S78: who signed in is named, and by a reference alone", async ({ visitor }) => {
  const email = await someone();
  const ids = [await signIn(visitor, email, PASSWORD), await signIn(visitor, email, PASSWORD)];
  const lines = await Promise.all(ids.map((answer) => eventsOf(answer.headers()["x-request-id"])));
  const [first, second] = lines.map(([line]) => line);
  expect(first?.person).toMatch(/^[0-9a-f]{16}$/);
  expect(second?.person).toBe(first?.person);
});

for (const [dependency, path] of [
  ["database", "/learn"],
  ["redis", "/account"],
  ["redis", "/terms"],
] as const)
  test(`S78: ${dependency} that fails ${path} is one event in the log`, async ({ visitor }) => {
    const person = await as("learner");
    await setFaults({ [dependency]: "refuse" });
    try {
      const answer = await visitor.get(path, person);
      const events = await eventsOf(answer.headers()["x-request-id"]);
      expect(events).toMatchObject([{ event: "dependency-failed", dependency }]);
    } finally {
      await clearFaults();
      const recovered = async () => (await visitor.get("/learn", person)).status();
      await expect.poll(recovered, { timeout: 10_000 }).toBe(200);
    }
  });

test("S66: twenty secrets of a journey are in no log and no report of errors", async ({
  visitor,
}) => {
  const canaries = newCanaries();
  await travel(visitor, canaries);
  const last = await visitor.get("/terms");
  await eventsOf(last.headers()["x-request-id"]);
  const places = { log: readLog(), reports: JSON.stringify(await listErrors(() => true)) };
  expect(Object.keys(canaries)).toHaveLength(20);
  for (const [place, text] of Object.entries(places))
    for (const [name, canary] of Object.entries(canaries))
      for (const form of [canary, encodeURIComponent(canary)])
        expect.soft(text.includes(form), `${name} in the ${place}`).toBe(false);
});

test("S66: no secret of the shop is in its log or a report, nor anybody's address", async () => {
  const places = { log: readLog(), reports: JSON.stringify(await listErrors(() => true)) };
  for (const [place, text] of Object.entries(places)) {
    for (const name of SECRETS)
      expect.soft(text.includes(readVariable(name)), `${name} in the ${place}`).toBe(false);
    expect.soft(text, place).not.toMatch(/[\w.]+@buyer\.example/);
  }
});

test("S77 S79: every line of the whole run has the same form", () => {
  const lines = ownLines();
  expect(lines.length).toBeGreaterThan(TRIGGERS.length);
  const wrong = lines.filter((line) => !isLine(line));
  expect(wrong.slice(0, 5)).toEqual([]);
});

function isLine(line: string): boolean {
  try {
    return logLine.safeParse(JSON.parse(line)).success;
  } catch {
    return false;
  }
}

async function someone(): Promise<string> {
  return (await makePersonWithPassword()).email;
}

async function as(role: "learner" | "support"): Promise<{ headers: Record<string, string> }> {
  const { session } = await makePerson("Kim Buyer", role);
  return { headers: { Cookie: `__Host-session=${session}` } };
}

function signIn(visitor: APIRequestContext, email: string, password: string): Promise<APIResponse> {
  const headers = { "CF-Connecting-IP": newClientAddress() };
  return visitor.post("/sign-in?_action=signIn", { headers, form: { email, password } });
}

function readLesson(visitor: APIRequestContext): Promise<APIResponse> {
  return visitor.get(`/courses/${COURSE}/rate-limits`);
}

async function resyncAsSupport(visitor: APIRequestContext): Promise<APIResponse> {
  const form = { orderId: NOBODY };
  return visitor.post("/_actions/resyncOrder", { ...(await as("support")), form });
}

async function meetLimit(visitor: APIRequestContext): Promise<APIResponse> {
  const headers = { "CF-Connecting-IP": newClientAddress() };
  for (let index = 0; index < 30; index++)
    await visitor.get(`/courses?q=records${index}`, { headers });
  return visitor.get("/courses?q=records", { headers });
}

function postFromElsewhere(visitor: APIRequestContext): Promise<APIResponse> {
  const headers = { Origin: "https://evil.example" };
  return visitor.post("/sign-out?_action=signOut", { headers, form: {} });
}

function newCanaries(): Record<string, string> {
  const names = [
    ...["password", "new password", "wrong password", "name", "e-mail", "message", "code"],
    ...["session", "device", "registration", "link", "reset token", "bearer", "signature"],
    ...["card", "search", "next", "user agent", "cart", "error"],
  ];
  return Object.fromEntries(
    names.map((name) => {
      const id = crypto.randomUUID().replaceAll("-", "");
      return [name, name === "e-mail" ? `${id}@canary.example` : `canary${id}`];
    }),
  );
}

// Once as all works, and once with the database away, when errors are reported.
async function travel(visitor: APIRequestContext, canary: Record<string, string>): Promise<void> {
  for (const fault of [null, "refuse"]) {
    if (fault) await setFaults({ database: fault });
    try {
      for (const [path, form, headers] of journey(canary)) {
        const sent = { "CF-Connecting-IP": newClientAddress(), ...headers };
        if (form) await visitor.post(path, { headers: sent, form });
        else await visitor.get(path, { headers: sent });
      }
    } finally {
      await clearFaults();
    }
  }
  const recovered = async () => (await visitor.get("/api/health/ready")).status();
  await expect.poll(recovered, { timeout: 10_000 }).toBe(200);
}

type Step = [path: string, form: Record<string, string> | null, headers?: Record<string, string>];

function journey(canary: Record<string, string>): Step[] {
  const of = (name: string) => canary[name] ?? "";
  const cookies = {
    Cookie: [
      `__Host-session=${of("session")}`,
      `__Host-device=${of("device")}`,
      `__Host-registration=${of("registration")}`,
      `__Host-confirmation=${of("link")}`,
      `__Host-cart=${of("cart")}`,
    ].join("; "),
  };
  const account = { name: of("name"), email: of("e-mail"), password: of("password"), terms: "on" };
  const next = encodeURIComponent(`/${of("next")}`);
  return [
    ["/sign-up?_action=signUp", account],
    ["/sign-in?_action=signIn", { email: of("e-mail"), password: of("wrong password") }, cookies],
    ["/sign-up/confirm?_action=confirmSignUp", { code: of("code") }, cookies],
    ["/reset-password?_action=resetPassword", { password: of("new password") }, cookies],
    ["/contact?_action=contact", { ...account, message: `${of("message")} ${of("card")}` }],
    [`/reset-password?person=${NOBODY}&token=${of("reset token")}`, null],
    [`/courses?q=${of("search")}`, null, { "User-Agent": of("user agent") }],
    [`/sign-in?next=${next}`, null, { Referer: `https://example.org/${of("error")}` }],
    ["/api/jobs/outbox", {}, { Authorization: `Bearer ${of("bearer")}` }],
    ["/api/stripe/webhook", { card: of("card") }, { "Stripe-Signature": of("signature") }],
    ["/account", null, cookies],
  ];
}
