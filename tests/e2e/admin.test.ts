import type { Page } from "@playwright/test";
import { expectNothingInTheWay } from "../support/e2e-page.ts";
import { beginOrder, buyCourse, COURSE, makePerson, shopServices } from "../support/e2e-shop.ts";
import { payByRequest } from "../support/e2e-stripe.ts";
import { waitForMail } from "../support/e2e-mailbox.ts";
import { expect, test } from "../support/e2e.ts";

const PLACES = ["/admin", "/admin/orders", "/admin/people", "/admin/grants", "/admin/audit"];
const ACTS = [
  "refundOrder",
  "resyncOrder",
  "acceptReview",
  "withdrawGrant",
  "assignRefund",
  "grantCourses",
] as const;

test("visitors are asked to sign in, and learners find nothing", async ({ visitor }) => {
  const learner = await makePerson();
  const orderId = await buyCourse(learner);
  const headers = { Cookie: `__Host-session=${learner.session}` };
  for (const path of [...PLACES, `/admin/orders/${orderId}`]) {
    const refused = await visitor.get(path);
    expect.soft(refused.status(), path).toBe(303);
    expect.soft(refused.headers().location).toBe(`/sign-in?next=${encodeURIComponent(path)}`);
    expect.soft((await visitor.get(path, { headers })).status(), path).toBe(404);
  }
});

test("nobody but an admin can do what an admin does", async ({ visitor }) => {
  const learner = await makePerson();
  const orderId = await buyCourse(learner);
  const order = { orderId, reason: "I want it" };
  const forms: Record<(typeof ACTS)[number], Record<string, string>> = {
    refundOrder: { ...order, items: orderId, whole: "on" },
    resyncOrder: { orderId },
    acceptReview: order,
    assignRefund: { orderId, refundId: orderId, items: orderId },
    grantCourses: { email: learner.email, courses: COURSE, reason: "I want it" },
    withdrawGrant: order,
  };
  for (const act of ACTS) {
    const data = forms[act];
    const path = `/admin/orders/${orderId}?_action=${act}`;
    const asVisitor = await visitor.post(path, { form: data });
    expect.soft(asVisitor.status(), act).toBe(303);
    const headers = { Cookie: `__Host-session=${learner.session}` };
    expect.soft((await visitor.post(path, { form: data, headers })).status(), act).toBe(404);
    const direct = await visitor.post(`/_actions/${act}`, { form: data, headers });
    expect.soft(direct.status(), act).toBe(404);
  }
  const audit = await shopServices().database.read<{ id: string }[]>`
    SELECT id
    FROM audit_log
    WHERE actor_id = ${learner.id}`;
  expect(audit).toEqual([]);
});

test("an admin finds an order, reads its story and refunds it", ({ page, login }) =>
  refundFromTheStart(page, async () => {
    await login(await makePerson("Ada Admin", "admin"));
  }));

test.describe(() => {
  test.use({ javaScriptEnabled: false });

  test("all of it works without JavaScript", ({ page, login }) =>
    refundFromTheStart(page, async () => {
      await login(await makePerson("Ada Admin", "admin"));
    }));
});

async function refundFromTheStart(page: Page, signIn: () => Promise<void>): Promise<void> {
  const buyer = await makePerson("Robin Buyer");
  await buyCourse(buyer);
  await signIn();
  await page.goto("/");
  await page.getByText("Account", { exact: true }).click();
  await page.getByRole("link", { name: "Admin" }).click();
  await page.getByRole("link", { name: "Orders", exact: true }).click();
  await page.getByLabel("Search").fill(buyer.email);
  await page.getByRole("button", { name: "Search orders" }).click();
  const found = page.getByRole("list", { name: "Orders" }).getByRole("link");
  await expect(found).toHaveCount(1);
  await found.click();
  await expect(page.getByText("pending → paid")).toBeVisible();
  await page.getByRole("button", { name: "Refund" }).click();
  await expect(page.getByLabel("Reason")).toHaveAccessibleDescription(/Please say why/);
  await page.getByLabel("Reason").fill("Bought by mistake");
  await page.getByRole("button", { name: "Refund" }).click();
  await expect(page.getByRole("heading", { name: "Done" })).toBeVisible();
  await expect(page.getByText("paid → refunded")).toBeVisible();
  await expect(page.getByRole("button", { name: "Refund" })).toHaveCount(0);
  expect((await waitForMail(buyer.email, /refund|money/i)).text).toContain("39");
  await page.getByRole("link", { name: "Audit log" }).click();
  await expect(page.getByRole("list", { name: "Audit log" })).toContainText("Bought by mistake");
}

test("a course is opened by hand, and closed again", async ({ page, login }) => {
  const friend = await makePerson("Fay Friend");
  await login(await makePerson("Ada Admin", "admin"));
  await page.goto("/admin/grants");
  await page.getByLabel("E-mail address").fill(friend.email);
  await page.getByLabel("Redis beyond caching").check();
  await page.getByLabel("Reason").fill("Won our quiz");
  await page.getByRole("button", { name: "Open the courses" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Order");
  await waitForMail(friend.email, /opened/i);
  await expect(page.getByText("Won our quiz").first()).toBeVisible();
  await page.getByLabel("Reason").fill("Wrong person");
  await page.getByRole("button", { name: "Take it back" }).click();
  await expect(page.getByText("paid → refunded")).toBeVisible();
  await page.goto("/admin/grants");
  await page.getByLabel("E-mail address").fill("nobody@buyer.example");
  await page.getByRole("button", { name: "Open the courses" }).click();
  await expect(page.getByLabel("E-mail address")).toHaveValue("nobody@buyer.example");
  await expect(page.getByText("Please tick at least one course.").first()).toBeVisible();
});

test("an order in review stands out and can be found good", async ({ page, login }) => {
  const buyer = await makePerson("Robin Buyer");
  const { orderId, url } = await beginOrder(buyer);
  await shopServices().database.write`
    UPDATE orders
    SET subtotal_amount = 4000, total_amount = 4000
    WHERE id = ${orderId}::uuid`;
  await payByRequest(url);
  await login(await makePerson("Ada Admin", "admin"));
  await page.goto(`/admin/orders/${orderId}`);
  await page.getByRole("button", { name: "Compare now" }).click();
  await expect(page.getByRole("heading", { name: "This order needs you" })).toBeVisible();
  await page.goto("/admin");
  await expect(page.getByRole("list", { name: /wait for a person/ })).toContainText(buyer.email);
  await page.goto(`/admin/orders/${orderId}`);
  await page.getByLabel("Reason").first().fill("A price of last week");
  await page.getByRole("button", { name: "Accept the payment" }).click();
  await expect(page.getByText("review → paid")).toBeVisible();
});

test("S26 staff finds a person, signs them out and locks the account", async ({
  page,
  login,
  visitor,
}) => {
  const person = await makePerson("Lou Lost");
  await login(await makePerson("Ada Admin", "admin"));
  await page.goto("/admin/people");
  await page.getByLabel("E-mail address").fill(person.email);
  await page.getByRole("button", { name: "Search people" }).click();
  await page.getByRole("link", { name: "Lou Lost" }).click();
  await page.getByRole("button", { name: "Do it" }).click();
  await expect(page.getByLabel("Reason")).toHaveAccessibleDescription(/Please say why/);
  await page.getByLabel("Lock the account").check();
  await page.getByLabel("Reason").fill("The laptop was stolen");
  await page.getByRole("button", { name: "Do it" }).click();
  await expect(page.getByRole("heading", { name: "Done" })).toBeVisible();
  await expect(page.getByText("locked", { exact: true })).toBeVisible();
  await expect(page.getByText("All devices signed out")).toBeVisible();
  const headers = { Cookie: `__Host-session=${person.session}` };
  expect((await visitor.get("/account", { headers })).status()).toBe(303);
  await page.goto("/admin/audit");
  await expect(page.getByText("The laptop was stolen")).toBeVisible();
});

test("what names no order says so, and a page far behind is empty", async ({ page, login }) => {
  await login(await makePerson("Ada Admin", "admin"));
  await page.goto("/admin/orders?q=two+words&status=nonsense&before=x");
  await expect(page.getByRole("heading", { name: "No order fits that" })).toBeVisible();
  await page.goto("/admin/orders?before=1");
  await expect(page.getByRole("heading", { name: "No order fits that" })).toBeVisible();
  expect((await page.goto("/admin/orders/nonsense"))?.status()).toBe(404);
});

for (const path of [...PLACES, "an order", "a person"])
  test(`${path}: nothing in the way of anybody, light and dark, narrow and wide`, async ({
    page,
    login,
  }) => {
    const buyer = await makePerson();
    const orderId = await buyCourse(buyer);
    const deep = path === "an order" ? `/admin/orders/${orderId}` : `/admin/people/${buyer.id}`;
    await login(await makePerson("Ada Admin", "admin"));
    await page.emulateMedia({ reducedMotion: "reduce" });
    await page.goto(path.startsWith("/") ? path : deep);
    await expectNothingInTheWay(page);
  });
