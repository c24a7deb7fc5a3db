import type { APIRequestContext, APIResponse } from "@playwright/test";
import { hashPassword } from "#lib/accounts/passwords.ts";
import { expectNothingInTheWay } from "../support/e2e-page.ts";
import { newAddress, newClientAddress, shopServices } from "../support/e2e-shop.ts";
import { expect, test } from "../support/e2e.ts";

const LIMIT = 100;
const PASSWORD = "four words of it";

test("S50: a hundred requests a minute pass, then a page says when to come back", async ({
  visitor,
}) => {
  const headers = { "CF-Connecting-IP": newClientAddress() };
  const first = await visitor.get("/terms", { headers });
  expect(first.headers()["ratelimit-policy"]).toBe('"requests";q=100;w=60');
  expect(first.headers().ratelimit).toMatch(/^"requests";r=99;t=\d+$/);
  const statuses = await useUp(visitor, headers);
  expect(statuses.filter((status) => status === 200)).toHaveLength(LIMIT - 1);
  const refused = await visitor.get("/terms", { headers });
  expect(refused.status()).toBe(429);
  const wait = Number(refused.headers()["retry-after"]);
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(60);
  expect(refused.headers().ratelimit).toBe(`"requests";r=0;t=${wait}`);
  expect(refused.headers()["cache-control"]).toContain("no-store");
  expect(await refused.text()).toMatch(
    /In <strong>\d+ seconds?<\/strong> you can go on, at \d\d:\d\d:\d\d UTC/,
  );
});

test("S50: who is over the limit takes nothing from others, from files and from the payments", async ({
  visitor,
}) => {
  const headers = { "CF-Connecting-IP": newClientAddress() };
  await useUp(visitor, headers);
  const status = async (path: string, sent: Record<string, string>) =>
    (await visitor.get(path, { headers: sent })).status();
  expect(await status("/terms", headers)).toBe(429);
  expect(await status("/terms", { "CF-Connecting-IP": newClientAddress() })).toBe(200);
  expect(await status("/favicon.svg", headers)).toBe(200);
  const unsigned = await visitor.post("/api/stripe/webhook", { headers, data: { id: "evt_1" } });
  expect(unsigned.status(), "refused for its signature, and not for its number").toBe(400);
});

test("S58: no header but Cloudflare's own names the client", async ({ visitor }) => {
  const address = newClientAddress();
  await useUp(visitor, { "CF-Connecting-IP": address });
  for (const name of [
    "X-Forwarded-For",
    "X-Real-IP",
    "Forwarded",
    "True-Client-IP",
    "X-Client-IP",
  ]) {
    const headers = { "CF-Connecting-IP": address, [name]: newClientAddress() };
    expect.soft((await visitor.get("/terms", { headers })).status(), name).toBe(429);
  }
});

test("S50: machines are told in problem+json", async ({ visitor }) => {
  const headers = { "CF-Connecting-IP": newClientAddress() };
  await useUp(visitor, headers);
  const refused = await visitor.get("/api/health", { headers });
  expect(refused.status()).toBe(429);
  expect(refused.headers()["content-type"]).toBe("application/problem+json");
  expect(await refused.json()).toMatchObject({ status: 429, "violated-policies": ["requests"] });
});

test("S50: the form of a contact is limited by itself, and keeps what was typed", async ({
  visitor,
}) => {
  const answers: APIResponse[] = [];
  for (let index = 0; index < 7; index++)
    answers.push(await visitor.post("/contact?_action=contact", { form: { ...LETTER } }));
  expect(answers.map((answer) => answer.status())).toEqual([303, 303, 303, 303, 303, 429, 429]);
  const refused = answers[5];
  expect(refused?.headers().ratelimit).toMatch(/"contact";r=0;t=\d+$/);
  const html = (await refused?.text()) ?? "";
  expect(html).toContain("A question &lt;about&gt; “waiting”.");
  expect(html).toMatch(/Please wait \d+ (seconds|minutes)/);
});

test("S50: searching has a limit of its own", async ({ visitor }) => {
  const headers = { "CF-Connecting-IP": newClientAddress() };
  const statuses: number[] = [];
  for (let index = 0; index < 32; index++)
    statuses.push((await visitor.get(`/courses?q=redis${index}`, { headers })).status());
  expect(statuses.filter((status) => status === 200)).toHaveLength(30);
  expect((await visitor.get("/courses", { headers })).status()).toBe(200);
});

test("S08: guesses from a hundred addresses end, and the owner on a known device gets in", async ({
  visitor,
  playwright,
  baseURL,
}) => {
  const email = await makeOwner();
  const owner = await playwright.request.newContext({
    baseURL: baseURL ?? "",
    extraHTTPHeaders: { Origin: baseURL ?? "", "CF-Connecting-IP": newClientAddress() },
    maxRedirects: 0,
  });
  const signIn = (from: APIRequestContext, password: string, headers = {}) =>
    from.post("/sign-in?_action=signIn", { form: { email, password, remember: "on" }, headers });
  expect((await signIn(owner, PASSWORD)).status()).toBe(303);
  const statuses: number[] = [];
  // The thousand of the check are an integration test: here they would keep the other tests waiting.
  for (let index = 0; index < 100; index++) {
    const headers = { "CF-Connecting-IP": newClientAddress() };
    statuses.push((await signIn(visitor, "a guess of somebody", headers)).status());
  }
  expect(statuses[0]).toBe(401);
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(90);
  expect(statuses.every((status) => [401, 429].includes(status))).toBe(true);
  expect((await signIn(owner, PASSWORD)).status(), "the owner's own device").toBe(303);
  const { cookies } = await owner.storageState();
  const device = cookies.find(({ name }) => name === "__Host-device");
  expect(device).toMatchObject({ httpOnly: true, secure: true, sameSite: "Lax", path: "/" });
  await owner.dispose();
});

test("the page about waiting is as good as the others, and sends again what was typed", async ({
  page,
  visitor,
  clientAddress,
}) => {
  await page.goto("/contact");
  await page.getByLabel("Name").fill(LETTER.name);
  await page.getByLabel("E-mail address").fill(LETTER.email);
  await page.getByLabel("Message").fill(LETTER.message);
  await useUp(visitor, { "CF-Connecting-IP": clientAddress });
  await page.getByRole("button", { name: "Send the message" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("One moment, please");
  await expectNothingInTheWay(page);
  await page.context().setExtraHTTPHeaders({ "CF-Connecting-IP": newClientAddress() });
  await page.getByRole("button", { name: "Send it again" }).click();
  await expect(page.getByRole("heading", { name: "Your message is on its way" })).toBeVisible();
});

const LETTER = {
  name: "Kim Buyer",
  email: "kim@buyer.example",
  message: "A question <about> “waiting”.",
};

async function makeOwner(): Promise<string> {
  const email = newAddress();
  const hash = await hashPassword(PASSWORD);
  await shopServices().database.write`
    INSERT INTO users (email, name, password_hash, role)
    VALUES (${email}, 'Kim Owner', ${hash}, 'learner')`;
  return email;
}

/** Asks for one page more often than the limit allows, and gives the statuses. */
async function useUp(
  visitor: APIRequestContext,
  headers: Record<string, string>,
): Promise<number[]> {
  const statuses: number[] = [];
  for (let index = 0; index < LIMIT; index++)
    statuses.push((await visitor.get("/terms", { headers })).status());
  return statuses;
}
