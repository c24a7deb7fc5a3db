import { syncOrder } from "#lib/orders/sync-order.ts";
import { expectNothingInTheWay } from "../support/e2e-page.ts";
import { mailsTo, waitForMail } from "../support/e2e-mailbox.ts";
import { buyCourse, COURSE, makePerson, shopServices } from "../support/e2e-shop.ts";
import { expect, test } from "../support/e2e.ts";

test.describe(() => {
  test.use({ javaScriptEnabled: false });

  test("a course goes back by one click, without JavaScript", async ({ page, login }) => {
    const person = await login();
    const orderId = await buyCourse(person);
    await page.goto("/account");
    await expect(page.getByRole("row", { name: /Paid/ })).toContainText("€");
    await page.getByRole("link", { name: /^Order \d+$/ }).click();
    await expect(page.getByRole("heading", { name: "Return a course" })).toBeVisible();
    await expect(page.getByRole("main")).toContainText("0 of 5 lessons completed");
    await page.getByRole("button", { name: /^Return “Redis beyond caching” for €/ }).click();
    await expect(page).toHaveURL(new RegExp(`^[^?]+/orders/${orderId}\\?refund=made$`));
    await expect(page.getByRole("heading", { name: "Money returned" })).toBeVisible();
    await expect(page.getByRole("heading", { name: "Return a course" })).toHaveCount(0);
    await page.goto(`/courses/${COURSE}/rate-limits`);
    await expect(page.getByRole("button", { name: "Mark this lesson as done" })).toHaveCount(0);
    const mail = await waitForMail(person.email, /refund/i);
    expect(mail.text).toContain("Redis beyond caching");
    await syncOrder(shopServices(), orderId, { now: new Date() });
    const refunds = (await mailsTo(person.email)).filter(({ subject }) => /refund/i.test(subject));
    expect(refunds).toHaveLength(1);
    await page.goto("/account");
    await expect(page.getByRole("row", { name: /Money returned/ })).toContainText("went back");
  });
});

test("the receipt is its buyer's alone and prints without the shop's frame", async ({
  page,
  login,
}) => {
  const owner = await makePerson();
  const orderId = await buyCourse(owner);
  await login();
  expect((await page.goto(`/orders/${orderId}/receipt`))?.status()).toBe(404);
  await login(owner);
  await page.goto(`/orders/${orderId}`);
  await page.getByRole("link", { name: "Receipt to print" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/^Receipt for order \d+$/);
  await expect(page.getByRole("main")).toContainText(owner.email);
  await expect(page.getByRole("row", { name: /Redis beyond caching/ })).toContainText("€");
  await page.emulateMedia({ media: "print" });
  await expect(page.getByRole("banner")).toBeHidden();
  await expect(page.getByRole("contentinfo")).toBeHidden();
  await expect(page.getByRole("table")).toBeVisible();
});

test("who is too far in the course reads why it stays", async ({ page, login }) => {
  const person = await login();
  const orderId = await buyCourse(person);
  await shopServices().database.write`
    INSERT INTO lesson_progress (user_id, lesson_id, completed_at)
    SELECT ${person.id}::uuid, lessons.id, now()
    FROM lessons
    JOIN courses ON courses.id = lessons.course_id
    WHERE courses.slug = ${COURSE}
    ORDER BY lessons.position
    LIMIT 3`;
  await page.goto(`/orders/${orderId}`);
  await expect(page.getByRole("main")).toContainText("You have completed 3 of 5 lessons.");
  await expect(page.getByRole("button", { name: /^Return/ })).toHaveCount(0);
});

test("a return that nobody may make changes nothing", async ({ page, login }) => {
  const owner = await makePerson();
  const orderId = await buyCourse(owner);
  const own = await buyCourse(await login());
  await page.goto(`/orders/${own}`);
  await page
    .locator('input[name="orderId"]')
    .evaluate((input: HTMLInputElement, id) => (input.value = id), orderId);
  await page.getByRole("button", { name: /^Return/ }).click();
  await expect(page.getByRole("alert")).toContainText("There is no such order.");
  const { database } = shopServices();
  expect(
    await database.read`
    SELECT id
    FROM refunds
    WHERE order_id IN (${orderId}::uuid, ${own}::uuid)`,
  ).toEqual([]);
});

test("the receipt is in nobody's way", async ({ page, login }) => {
  const orderId = await buyCourse(await login());
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto(`/orders/${orderId}/receipt`);
  await expectNothingInTheWay(page);
});
