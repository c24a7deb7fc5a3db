import type { Page } from "@playwright/test";
import { ACTIONS, PAGES } from "../support/access-table.ts";
import { expectNothingInTheWay } from "../support/e2e-page.ts";
import {
  buyCourse,
  makePerson,
  newClientAddress,
  shopServices,
  type Person,
} from "../support/e2e-shop.ts";
import { expect, test } from "../support/e2e.ts";

const BANNER = "You are looking at an account";
/** Pages that staff may see of an account; every other is closed while they look. */
const OPEN_PAGES = new Set([
  "404.astro",
  "account.astro",
  "account/notifications.astro",
  "account/security.astro",
  "api/health/index.ts",
  "contact.astro",
  "courses/[course]/[lesson].astro",
  "courses/[course]/index.astro",
  "courses/index.astro",
  "index.astro",
  "learn.astro",
  "orders/[order]/index.astro",
  "orders/[order]/receipt.astro",
  "privacy.astro",
  "refunds.astro",
  "terms.astro",
]);

async function lookAt(page: Page, person: Person): Promise<void> {
  await page.goto(`/admin/people/${person.id}`);
  await page.getByRole("button", { name: "Look at it" }).click();
  await expect(page.getByLabel("Why you look")).toHaveAccessibleDescription(/Please say why/);
  await page.getByLabel("Why you look").fill("Asked where the course is");
  await page.getByRole("button", { name: "Look at it" }).click();
  await expect(page.getByRole("region", { name: BANNER })).toContainText(person.email);
}

async function setRole(person: Person, role: string): Promise<void> {
  await shopServices().database.write`
    UPDATE users SET role = ${role} WHERE id = ${person.id}::uuid`;
}

test("S31: support reads people and orders, and finds nothing to do there", async ({
  page,
  login,
}) => {
  const person = await makePerson("Ola Owner");
  const orderId = await buyCourse(person);
  await login(await makePerson("Sue Support", "support"));
  await page.goto("/learn");
  await page.getByText("Account", { exact: true }).click();
  await page.getByRole("link", { name: "Support" }).click();
  await expect(page.getByRole("navigation", { name: "Admin" }).getByRole("link")).toHaveText([
    "Overview",
    "Orders",
    "People",
  ]);
  await page.goto(`/admin/orders/${orderId}`);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Order");
  await expect(page.locator("main form")).toHaveCount(0);
  await page.goto(`/admin/people/${person.id}`);
  await expect(page.getByRole("button", { name: "Look at it" })).toBeVisible();
  await expect(page.locator("main form")).toHaveCount(1);
});

async function lookFromTheStart(page: Page, person: Person): Promise<void> {
  await lookAt(page, person);
  for (const [path, text] of [
    ["/learn", "Redis beyond caching"],
    ["/account", person.email],
    ["/account/security", "Looked at as you see it"],
  ] as const) {
    await page.goto(path);
    await expect(page.getByRole("region", { name: BANNER })).toBeVisible();
    await expect(page.locator("main").getByText(text).first()).toBeVisible();
  }
  const reported = await page.evaluate(async () => {
    const body = JSON.stringify({ route: "/learn", metrics: {} });
    return (await fetch("/api/vitals", { method: "POST", body })).status;
  });
  expect(reported, "what a page measured names nobody").toBe(204);
  await page.goto("/account/second-factor");
  await expect(page.getByText("This page is closed while you look")).toBeVisible();
  await page.getByRole("button", { name: "End the look" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(person.name);
  await page.goto("/account");
  await expect(page.getByText("support", { exact: true })).toBeVisible();
}

test("support sees an account as its owner does, for a reason, until it is ended", async ({
  page,
  login,
}) => {
  const person = await makePerson("Ola Owner");
  await buyCourse(person);
  await login(await makePerson("Sue Support", "support"));
  await lookFromTheStart(page, person);
  const [line] = await shopServices().database.read<{ reason: string }[]>`
    SELECT reason FROM audit_log WHERE subject_id = ${person.id} AND action = 'person.look'`;
  expect(line?.reason).toBe("Asked where the course is");
});

test.describe(() => {
  test.use({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } });

  test("on a phone without JavaScript too", async ({ page, login }) => {
    const person = await makePerson("Ola Owner");
    await buyCourse(person);
    await login(await makePerson("Sue Support", "support"));
    await lookFromTheStart(page, person);
  });
});

test("S31: while somebody looks nothing can be done, and what sets up or hands out is closed", async ({
  page,
  login,
  visitor,
}) => {
  const person = await makePerson("Ola Owner");
  const order = await buyCourse(person);
  const admin = await login(await makePerson("Ada Admin", "admin"));
  await lookAt(page, person);
  // Another address each time: these are more requests than a minute has room for.
  const headersOf = ({ session }: Person) => ({
    Cookie: `__Host-session=${session}`,
    "CF-Connecting-IP": newClientAddress(),
  });
  const put = (text: string) => text.replace("{order}", order).replace("{owner}", person.id);
  for (const [name, { path, method }] of Object.entries(PAGES)) {
    const answer = await visitor.fetch(put(path), {
      method: method ?? "GET",
      headers: headersOf(admin),
    });
    // What pages report names nobody, and is read: here it is empty.
    const isReport = name === "api/errors.ts" || name === "api/vitals.ts";
    const status = isReport ? 400 : OPEN_PAGES.has(name) ? 200 : 403;
    const isFound = name === "404.astro" ? 404 : status;
    expect.soft(answer.status(), name).toBe(isFound);
  }
  for (const [name, { form }] of Object.entries(ACTIONS)) {
    if (name === "endLook" || name === "signOut") continue;
    for (const path of [`/_actions/${name}`, `/account?_action=${name}`]) {
      const answer = await visitor.post(path, { headers: headersOf(admin), form: form ?? {} });
      expect.soft(answer.status(), path).toBe(403);
    }
  }
  const row = await shopServices().database.read<object[]>`
    SELECT FROM lesson_progress WHERE user_id = ${person.id}::uuid`;
  expect(row).toEqual([]);
  await page.goto("/sign-out");
  await expect(page.getByText("This page is closed")).toBeVisible();
  await page.getByText("Account", { exact: true }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("link", { name: "Sign in" })).toBeVisible();
  const statusFor = async (who: Person) =>
    (await visitor.get("/account", { headers: headersOf(who) })).status();
  expect([await statusFor(admin), await statusFor(person)]).toEqual([303, 200]);
});

test("S31: a role counts from the moment it is given or taken", async ({ visitor }) => {
  const person = await makePerson("Sam Staff", "support");
  const headers = { Cookie: `__Host-session=${person.session}` };
  const ask = async (path: string) => (await visitor.get(path, { headers })).status();
  expect([await ask("/admin/people"), await ask("/admin/audit")]).toEqual([200, 403]);
  await setRole(person, "admin");
  expect([await ask("/admin/people"), await ask("/admin/audit")]).toEqual([200, 200]);
  await setRole(person, "learner");
  expect([await ask("/admin/people"), await ask("/admin/audit")]).toEqual([404, 404]);
  const form = { personId: person.id, act: "person.unlock", reason: "For myself" };
  const answer = await visitor.post("/_actions/actOnPerson", { headers, form });
  expect(answer.status()).toBe(404);
});

for (const path of ["/account", "/learn", "a closed page", "a person"])
  test(`${path} with a banner: nothing in the way of anybody, light and dark, narrow and wide`, async ({
    page,
    login,
  }) => {
    const person = await makePerson("Ola Owner");
    await login(await makePerson("Sue Support", "support"));
    await page.emulateMedia({ reducedMotion: "reduce" });
    if (path !== "a person") await lookAt(page, person);
    const deep = path === "a person" ? `/admin/people/${person.id}` : "/account/password";
    await page.goto(path.startsWith("/") ? path : deep);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expectNothingInTheWay(page);
  });
